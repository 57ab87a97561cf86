package org.tokenfilter.integration.container.chain;

import jakarta.servlet.ServletException;

/** What a page throws; each kind has an error page of its own. */
public abstract class Failure extends ServletException {

  private static final long serialVersionUID = 1;

  private Failure(String message) {
    super(message);
  }

  static Failure shownBy(char place) {
    return switch (place) {
      case 'P' -> new ShownInPublic();
      case 'S' -> new ShownInSecure();
      default -> new ShownInside();
    };
  }

  /** Its error page is public. */
  public static final class ShownInPublic extends Failure {
    private static final long serialVersionUID = 1;

    private ShownInPublic() {
      super("public");
    }
  }

  /** Its error page is at a protected path. */
  public static final class ShownInSecure extends Failure {
    private static final long serialVersionUID = 1;

    private ShownInSecure() {
      super("secure");
    }
  }

  /** Its error page is below WEB-INF. */
  public static final class ShownInside extends Failure {
    private static final long serialVersionUID = 1;

    private ShownInside() {
      super("inside");
    }
  }
}
