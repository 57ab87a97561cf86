package org.tokenfilter.config;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.CrossSiteGuard;
import org.tokenfilter.carrier.HttpSessionPolicy;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.carrier.ReturnPath;
import org.tokenfilter.carrier.TokenTransport;
import org.tokenfilter.carrier.TrustedProxies;
import org.tokenfilter.container.AccessLogUser;
import org.tokenfilter.container.GrantedAccess;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.login.LoginService;
import org.tokenfilter.monitor.StoreCallMonitor;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The components that an application's filters and endpoints share, created from its settings.
 * There is one per application, kept in its ServletContext. Thread-safe.
 *
 * <p>Applications that register the filter in web.xml or by annotation need not create one. To log
 * a user in themselves, after a form or a single sign-on, they call {@link #of(ServletContext)}.
 */
public final class TokenSecurity implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TokenSecurity.class);

  /**
   * The attribute of a request that names its user, for access logs: {@code
   * %{org.tokenfilter.user}r} of Tomcat. Characters that could split the name into several words
   * are percent-encoded, as in a URL. It remains after a logout, since the request was the user's.
   */
  public static final String USER_ATTRIBUTE = AccessLogUser.ATTRIBUTE;

  /** The request attribute of the tokens issued by its logins; no client can set it. */
  private static final String LOGGED_IN = "org.tokenfilter.config.LoggedInTokens";

  /** The ids of the tokens that a request has logged in with, or was granted access with before. */
  private record LoggedInTokens(Set<TokenId> tokenIds) {

    static LoggedInTokens of(HttpServletRequest request) {
      return request.getAttribute(LOGGED_IN) instanceof LoggedInTokens known
          ? known
          : new LoggedInTokens(Set.of());
    }

    LoggedInTokens with(@Nullable TokenId tokenId) {
      if (tokenId == null) {
        return this;
      }
      Set<TokenId> more = new LinkedHashSet<>(tokenIds);
      more.add(tokenId);
      return new LoggedInTokens(more);
    }
  }

  private final Configuration configuration;
  private final TokenService service;
  private final StoreCallMonitor storeCalls;
  private final Supplier<List<BackgroundTaskHealth>> tasks;
  private final Supplier<KeyRing> keys;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final OperatorLog operatorLog;
  private final RevocationRetryQueue revocationRetries;
  private final Problems problems;
  private final CrossSiteGuard guard;
  private final TrustedProxies proxies;
  private final @Nullable LoginService loginService;
  private final List<AutoCloseable> resources;

  /** The combined transports of all filters and servlets; by the settings until there is one. */
  private volatile TokenTransport transport;

  private boolean transportAdded;

  private final HttpSessionPolicy httpSessionPolicy;

  TokenSecurity(
      Configuration configuration,
      TokenService service,
      StoreCallMonitor storeCalls,
      Supplier<List<BackgroundTaskHealth>> tasks,
      Supplier<KeyRing> keys,
      Clock clock,
      LongSupplier nanoTime,
      OperatorLog operatorLog,
      Problems problems,
      CrossSiteGuard guard,
      TrustedProxies proxies,
      @Nullable LoginService loginService,
      List<AutoCloseable> parts) {
    this.configuration = configuration;
    this.service = service;
    this.storeCalls = storeCalls;
    this.tasks = tasks;
    this.keys = keys;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.operatorLog = operatorLog;
    this.revocationRetries = new RevocationRetryQueue(service, operatorLog);
    this.problems = problems;
    this.guard = guard;
    this.proxies = proxies;
    this.loginService = loginService;
    this.resources = List.copyOf(parts);
    this.transport = new RegistrationSettings(configuration).transport(proxies, guard);
    this.httpSessionPolicy =
        new HttpSessionPolicy(
            configuration.value(ConfigurationKey.HTTP_SESSION, HttpSessionPolicy.Treatment.class));
  }

  /** Returns a builder, for applications that create the security in code. */
  public static TokenSecurityBuilder builder() {
    return new TokenSecurityBuilder();
  }

  /**
   * Creates a security with these settings, which system properties and environment variables
   * override.
   *
   * @param settings the settings by their keys, such as {@code token.keys.file}
   * @throws ConfigurationException if settings are wrong; lists every mistake
   */
  public static TokenSecurity from(Map<String, String> settings) {
    return builder().settings(settings).build();
  }

  /**
   * Returns the security that an application's filters and endpoints share.
   *
   * @throws IllegalStateException if none of them has been started yet
   */
  public static TokenSecurity of(ServletContext context) {
    return SharedSecurity.of(context).security();
  }

  static TokenSecurity from(ServletContext context, Map<String, String> settings) {
    return builder().settings(settings).context(context).build();
  }

  /** Registers this security for the filters and servlets of an application. */
  void share(ServletContext context) {
    SharedSecurity.register(context, this);
  }

  /** Adds the token transport of a filter or servlet. */
  synchronized void addTransport(TokenTransport other) {
    transport = transportAdded ? transport.combinedWith(other) : other;
    transportAdded = true;
  }

  /** Returns the token service, for applications that list or revoke tokens. */
  public TokenService service() {
    return service;
  }

  /** Returns the monitor of the store calls, for applications that observe them. */
  public StoreCallMonitor storeCalls() {
    return storeCalls;
  }

  /** Returns the health of the node, derived from recent activity. Performs no I/O. */
  public Health health() {
    return new Health(
        storeCalls.isHealthy(),
        service.feed().orElse(null),
        Health.ActiveKey.of(keys.get().activeKey(), clock.instant()),
        tasks.get(),
        service.clockAhead().orElse(null));
  }

  /**
   * Logs in a user whom the application has authenticated itself, with a session token. Its cookies
   * are added to the response, which must not be committed and is marked as not cacheable. An
   * HttpSession of the request gets a new id if {@code token.http-session} is {@code renew}.
   *
   * <p>If tokens are transported in cookies, the login opens a new session, and the session of the
   * replaced cookies is revoked. Otherwise the same subject joins the session whose id its browser
   * sends, since the tokens of other tabs need that id.
   *
   * @return the session token with its session id
   * @throws TokenRejectedException if the subject has reached the limit of sessions, or the address
   *     of the client cannot be determined
   * @throws org.tokenfilter.token.InvalidSubjectException if the subject has more roles or
   *     attributes, or a longer name, than a token can have; see {@link Subject}
   * @throws org.tokenfilter.store.TokenStoreException if the store could not keep the token
   * @throws IllegalStateException if the token needs a cookie and the response is committed;
   *     nothing has changed then
   */
  public IssuedToken login(
      HttpServletRequest request, HttpServletResponse response, Subject subject)
      throws TokenRejectedException {
    if (transport.cookiesEnabled() && response.isCommitted()) {
      throw new IllegalStateException("the response is committed, so that no cookies can be added");
    }
    ClientAddress client = proxies.clientOf(request);
    httpSessionPolicy.onLogin(request);
    return loggedIn(request, response, newSession(request, subject, client));
  }

  /**
   * Logs in a user whom the application has authenticated itself, with a user token. It has no
   * cookie: the application hands it to its client, in a response that is marked as not cacheable.
   * An HttpSession of the request gets a new id if {@code token.http-session} is {@code renew}.
   *
   * @return the user token
   * @throws TokenRejectedException if the address of the client cannot be determined
   * @throws org.tokenfilter.token.InvalidSubjectException if the subject has more roles or
   *     attributes, or a longer name, than a token can have; see {@link Subject}
   * @throws org.tokenfilter.store.TokenStoreException if the store could not keep the token
   */
  public IssuedToken loginUser(
      HttpServletRequest request, HttpServletResponse response, Subject subject)
      throws TokenRejectedException {
    ClientAddress client = proxies.clientOf(request);
    httpSessionPolicy.onLogin(request);
    return loggedIn(request, response, service.issueUser(subject, null, client));
  }

  private IssuedToken loggedIn(
      HttpServletRequest request, HttpServletResponse response, IssuedToken token) {
    // A login may replace the token that the request was granted access with.
    request.setAttribute(
        LOGGED_IN,
        LoggedInTokens.of(request).with(grantedTokenId(request)).with(token.record().id()));
    AccessLogUser.set(request, token.record().subject());
    AccessLogUser.markChanged(request);
    Problem.setNoStore(response);
    transport.cookies().addCookies(request, response, token);
    return token;
  }

  private IssuedToken newSession(HttpServletRequest request, Subject subject, ClientAddress client)
      throws TokenRejectedException {
    if (!transport.cookiesEnabled()) {
      return service.issueSession(
          subject, Duration.ZERO, client, transport.tokens().sessionIds(request));
    }
    leavePreviousSession(request);
    return service.issueSession(subject, Duration.ZERO, client, Set.of());
  }

  /** Leaves the session in the browser's cookies, which are about to be overwritten. */
  private void leavePreviousSession(HttpServletRequest request) {
    try {
      PresentedToken former = transport.tokens().find(request);
      if (former != null && former.ambient()) {
        service.revokeSession(former);
      }
    } catch (TokenRejectedException none) {
      LOG.debug("A login replaces no session: {}", none.detail());
    }
  }

  /**
   * Revokes the token that a request was granted access with or has logged in with; on a public
   * path, the token that it presents, regardless of its holder. Then expires the cookies, and
   * invalidates an HttpSession of the request if {@code token.http-session} is {@code renew}. None
   * of these tokens is valid after the return. Without a token of this application, nothing is
   * revoked.
   *
   * @throws TokenRejectedException with {@link org.tokenfilter.token.Rejection#BAD_REQUEST} if the
   *     request presents ambiguous tokens; nothing is revoked, and the cookies are kept
   * @throws org.tokenfilter.store.TokenStoreException if the store could not revoke a token; the
   *     cookies are kept, so that the user can log out again
   */
  public void logout(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException {
    TokenId admitted = grantedTokenId(request);
    if (admitted == null) {
      PresentedToken presented = transport.tokens().find(request);
      if (presented != null) {
        service.revoke(presented);
      }
    } else {
      service.revoke(admitted);
    }
    for (TokenId tokenId : LoggedInTokens.of(request).tokenIds()) {
      if (admitted == null || !tokenId.equals(admitted)) {
        service.revoke(tokenId);
      }
    }
    request.removeAttribute(LOGGED_IN);
    AccessLogUser.markChanged(request);
    httpSessionPolicy.onLogout(request);
    transport.cookies().expireCookies(request, response);
  }

  /**
   * Returns the address to which a login page sends its user after the login: the page that needed
   * the login, with its query, from the parameter {@code next}. The parameter is not trusted: the
   * result is always a path within this application, its root if the parameter is missing or
   * invalid.
   */
  public String returnPath(HttpServletRequest request) {
    return ReturnPath.from(request, request.getServletContext().getContextPath());
  }

  private @Nullable TokenId grantedTokenId(HttpServletRequest request) {
    return request.getAttribute(GrantedAccess.ATTRIBUTE) instanceof GrantedAccess decision
            && decision.security() == this
        ? decision.grantedTokenId()
        : null;
  }

  /** Returns the treatment of the container's HttpSession at a login and a logout. */
  HttpSessionPolicy containerSession() {
    return httpSessionPolicy;
  }

  /**
   * Revokes a session whose request has been answered, as soon as the store accepts it.
   *
   * @param why the failure of the first attempt
   */
  public void revokeLater(TokenId session, Throwable why) {
    revocationRetries.add(session, why);
  }

  RevocationRetryQueue revocationRetries() {
    return revocationRetries;
  }

  /** Returns the clock by which tokens are validated; it never runs backwards. */
  public Clock clock() {
    return clock;
  }

  /** Returns the nanosecond source for measurements, like {@link System#nanoTime()}. */
  public LongSupplier nanoTime() {
    return nanoTime;
  }

  /** Returns the log for operators, which limits the lines about recurring causes. */
  public OperatorLog operatorLog() {
    return operatorLog;
  }

  /** Returns the writer of problem documents. */
  public Problems problems() {
    return problems;
  }

  /** Returns the guard against cross-site requests. */
  CrossSiteGuard guard() {
    return guard;
  }

  /**
   * Returns the login service.
   *
   * @param who the name of the component that needs it, for the error message
   * @throws ConfigurationException if no authenticator is configured
   */
  public LoginService loginService(String who) {
    if (loginService == null) {
      throw new ConfigurationException(
          List.of(
              ConfigurationKey.CREDENTIALS.key()
                  + " must be set, since it is needed by "
                  + who
                  + ": "
                  + ConfigurationKey.CREDENTIALS.description()));
    }
    return loginService;
  }

  /** Returns the resolver of client addresses. */
  public TrustedProxies proxies() {
    return proxies;
  }

  Configuration configuration() {
    return configuration;
  }

  /** Stops the threads and closes the components that it has opened. Idempotent. */
  @Override
  public void close() {
    List<AutoCloseable> lastFirst = new ArrayList<>(resources);
    lastFirst.add(revocationRetries);
    Collections.reverse(lastFirst);
    for (AutoCloseable part : lastFirst) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("{} could not be closed", part.getClass().getName(), e);
      }
    }
  }
}
