package org.tokenfilter.integration.container.chain;

/** A location of pages: a path, the name of a servlet, and the status whose error page is there. */
public enum PageLocation {
  P("/public/page", "public-page", "/public/error", 410),
  S("/secure/page", "secure-page", "/secure/error", 409),
  V("/WEB-INF/view", "view-page", "/WEB-INF/error", 406);

  private final String prefix;
  private final String servletName;
  private final String errorPage;
  private final int status;

  PageLocation(String prefix, String servletName, String errorPage, int status) {
    this.prefix = prefix;
    this.servletName = servletName;
    this.errorPage = errorPage;
    this.status = status;
  }

  static PageLocation of(char letter) {
    return valueOf(String.valueOf(letter));
  }

  /** Returns the path of its page at this position of a chain. */
  public String path(int position) {
    return prefix + "/" + position;
  }

  public String prefix() {
    return prefix;
  }

  public String servletName() {
    return servletName;
  }

  public String errorPage() {
    return errorPage;
  }

  public int status() {
    return status;
  }

  /** Returns the type of the exception that leads to its error page. */
  public Class<? extends PageFailure> failure() {
    return PageFailure.withErrorPageAt(name().charAt(0)).getClass();
  }
}
