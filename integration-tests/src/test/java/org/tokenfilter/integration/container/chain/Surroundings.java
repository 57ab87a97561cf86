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

/**
 * A filter in front of all others: notifies a thread when the dispatch that started it has finally
 * returned, and turns a refusal into {@code sendError} if the request demands it.
 */
public class Surroundings extends HttpFilter {

  private static final long serialVersionUID = 1;

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (Leaving.current() != null) {
      chain.doFilter(request, response);
      return;
    }
    DispatcherType type = request.getDispatcherType();
    Leaving leaving = Leaving.begin(request);
    Runs.begin();
    try {
      if (type == DispatcherType.REQUEST
          && "sendError".equals(request.getHeader("Chain-Refusal"))) {
        refuseByError(request, response, chain);
      } else {
        chain.doFilter(request, response);
      }
    } finally {
      try {
        leaving.leave(type);
      } finally {
        Runs.end();
      }
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

  /** A response that discards its body. */
  private static final class Unwritten extends HttpServletResponseWrapper {

    private Unwritten(HttpServletResponse response) {
      super(response);
    }

    @Override
    public void setContentLength(int length) {
      // The body is discarded.
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
          // The body is discarded.
        }
      };
    }
  }
}
