package org.tokenfilter.integration.container.chain;

import jakarta.servlet.ServletException;

/** An exception that a page throws; each kind has its own error page. */
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

  /** A failure whose error page is public. */
  public static final class ShownInPublic extends Failure {
    private static final long serialVersionUID = 1;

    private ShownInPublic() {
      super("public");
    }
  }

  /** A failure whose error page is at a protected path. */
  public static final class ShownInSecure extends Failure {
    private static final long serialVersionUID = 1;

    private ShownInSecure() {
      super("secure");
    }
  }

  /** A failure whose error page is below WEB-INF. */
  public static final class ShownInside extends Failure {
    private static final long serialVersionUID = 1;

    private ShownInside() {
      super("inside");
    }
  }
}
