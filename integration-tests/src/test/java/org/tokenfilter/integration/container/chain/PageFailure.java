package org.tokenfilter.integration.container.chain;

import jakarta.servlet.ServletException;

/** An exception that a page throws; each kind has its own error page. */
public abstract class PageFailure extends ServletException {

  private static final long serialVersionUID = 1;

  private PageFailure(String message) {
    super(message);
  }

  static PageFailure withErrorPageAt(char place) {
    return switch (place) {
      case 'P' -> new PublicErrorPageFailure();
      case 'S' -> new SecureErrorPageFailure();
      default -> new ViewErrorPageFailure();
    };
  }

  /** A failure whose error page is public. */
  public static final class PublicErrorPageFailure extends PageFailure {
    private static final long serialVersionUID = 1;

    private PublicErrorPageFailure() {
      super("public");
    }
  }

  /** A failure whose error page is at a protected path. */
  public static final class SecureErrorPageFailure extends PageFailure {
    private static final long serialVersionUID = 1;

    private SecureErrorPageFailure() {
      super("secure");
    }
  }

  /** A failure whose error page is below WEB-INF. */
  public static final class ViewErrorPageFailure extends PageFailure {
    private static final long serialVersionUID = 1;

    private ViewErrorPageFailure() {
      super("inside");
    }
  }
}
