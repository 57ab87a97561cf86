package org.tokenfilter.benchmark.peer;

import jakarta.servlet.DispatcherType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.apache.shiro.authc.SimpleAccount;
import org.apache.shiro.realm.SimpleAccountRealm;
import org.apache.shiro.session.Session;
import org.apache.shiro.session.mgt.DefaultSessionContext;
import org.apache.shiro.subject.support.DefaultSubjectContext;
import org.apache.shiro.web.filter.mgt.DefaultFilterChainManager;
import org.apache.shiro.web.filter.mgt.PathMatchingFilterChainResolver;
import org.apache.shiro.web.mgt.DefaultWebSecurityManager;
import org.apache.shiro.web.servlet.AbstractShiroFilter;
import org.apache.shiro.web.session.mgt.DefaultWebSessionManager;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;

/** Apache Shiro with its native sessions, in memory. */
public final class ShiroPeer implements Peer {

  private static final String REALM = "accounts";

  private final DefaultWebSecurityManager manager = new DefaultWebSecurityManager();

  /** Configures native sessions instead of those of the container. */
  public ShiroPeer() {
    manager.setRealm(new SimpleAccountRealm(REALM));
    manager.setSessionManager(new DefaultWebSessionManager());
  }

  @Override
  public String name() {
    return "Shiro, in memory";
  }

  @Override
  public void protect(ServletContextHandler application) {
    application.addFilter(
        new FilterHolder(new AuthenticationFilter(manager)),
        "/*",
        EnumSet.of(DispatcherType.REQUEST));
  }

  /** Requires an authenticated user on all paths. */
  private static final class AuthenticationFilter extends AbstractShiroFilter {

    private AuthenticationFilter(DefaultWebSecurityManager manager) {
      setSecurityManager(manager);
    }

    @Override
    public void init() {
      DefaultFilterChainManager chains = new DefaultFilterChainManager(getFilterConfig());
      chains.createChain("/**", "authc");
      PathMatchingFilterChainResolver resolver =
          new PathMatchingFilterChainResolver(getFilterConfig());
      resolver.setFilterChainManager(chains);
      setFilterChainResolver(resolver);
    }
  }

  /** Creates sessions with the content that a login gives them. */
  @Override
  public List<String> logIn(int clients) {
    List<String> headers = new ArrayList<>(clients);
    for (int i = 0; i < clients; i++) {
      Session session = manager.start(new DefaultSessionContext());
      session.setAttribute(
          DefaultSubjectContext.PRINCIPALS_SESSION_KEY,
          new SimpleAccount("user-" + i, "", REALM).getPrincipals());
      session.setAttribute(DefaultSubjectContext.AUTHENTICATED_SESSION_KEY, true);
      headers.add("Cookie: JSESSIONID=" + session.getId() + "\r\n");
    }
    return headers;
  }

  @Override
  public void close() {
    manager.destroy();
  }
}
