package org.tokenfilter.integration.container.chain;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Stands in front of all other filters: tells a thread when the dispatch that began it has been
 * left for good, and turns a refusal into {@code sendError} where the request asks for that.
 */
public class Surroundings extends HttpFilter {

  private static final long serialVersionUID = 1;

  /** Of the outermost dispatch on this thread. */
  private static final ThreadLocal<@Nullable CountDownLatch> LEFT = new ThreadLocal<>();

  /** Is down when all that this thread does for its request now has returned. */
  static CountDownLatch left() {
    CountDownLatch left = LEFT.get();
    return left == null ? new CountDownLatch(0) : left;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (LEFT.get() != null) {
      chain.doFilter(request, response);
      return;
    }
    CountDownLatch left = new CountDownLatch(1);
    LEFT.set(left);
    Runs.begin();
    try {
      if (request.getDispatcherType() == DispatcherType.REQUEST
          && "sendError".equals(request.getHeader("Chain-Refusal"))) {
        refuseByError(request, response, chain);
      } else {
        chain.doFilter(request, response);
      }
    } finally {
      LEFT.remove();
      left.countDown();
      Runs.end();
    }
  }

  private static void refuseByError(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Unwritten unwritten = new Unwritten(response);
    chain.doFilter(request, unwritten);
    if (response.getStatus() == HttpServletResponse.SC_UNAUTHORIZED) {
      response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
    }
  }

  /** Keeps what is written to itself. */
  private static final class Unwritten extends HttpServletResponseWrapper {

    private Unwritten(HttpServletResponse response) {
      super(response);
    }

    @Override
    public void setContentLength(int length) {
      // There will be nothing.
    }

    @Override
    public ServletOutputStream getOutputStream() {
      return new ServletOutputStream() {
        @Override
        public boolean isReady() {
          return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
          throw new IllegalStateException("is always ready");
        }

        @Override
        public void write(int b) {
          // Nobody reads it.
        }
      };
    }
  }
}
