package org.tokenfilter.benchmark.peer;

import cn.dev33.satoken.SaManager;
import cn.dev33.satoken.config.SaTokenConfig;
import cn.dev33.satoken.exception.NotLoginException;
import cn.dev33.satoken.servlet.util.SaTokenContextJakartaServletUtil;
import cn.dev33.satoken.stp.StpUtil;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;

/** Sa-Token in memory, with tokens that expire after half an hour without use. */
public final class SaTokenPeer implements Peer {

  private static final Duration IDLE = Duration.ofMinutes(30);

  /**
   * Configures Sa-Token, which keeps its state in static fields, so only one instance may exist.
   */
  public SaTokenPeer() {
    SaManager.setConfig(
        new SaTokenConfig()
            .setTokenName("satoken")
            .setActiveTimeout(IDLE.toSeconds())
            .setIsPrint(false)
            .setIsLog(false));
  }

  @Override
  public String name() {
    return "Sa-Token, in memory";
  }

  @Override
  public void protect(ServletContextHandler application) {
    application.addFilter(
        new FilterHolder(new LoginRequiredFilter()), "/*", EnumSet.of(DispatcherType.REQUEST));
  }

  /** Does the same as the library's filter for Spring, without Spring. */
  private static final class LoginRequiredFilter extends HttpFilter {

    @Serial private static final long serialVersionUID = 1L;

    @Override
    protected void doFilter(
        HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      SaTokenContextJakartaServletUtil.setContext(request, response);
      try {
        StpUtil.checkLogin();
        chain.doFilter(request, response);
      } catch (NotLoginException e) {
        response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
      } finally {
        SaTokenContextJakartaServletUtil.clearContext();
      }
    }
  }

  @Override
  public List<String> logIn(int clients) {
    List<String> headers = new ArrayList<>(clients);
    for (int i = 0; i < clients; i++) {
      headers.add("Cookie: satoken=" + StpUtil.createLoginSession("user-" + i) + "\r\n");
    }
    return headers;
  }
}
