package org.tokenfilter.config;

import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.SessionCookieConfig;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.CookieWriter;
import org.tokenfilter.carrier.SessionHeader;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.InvalidSubjectException;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A handle of a filter or servlet of this library: its own settings, and its share in the
 * application's {@link TokenSecurity}. The last handle that is closed also closes the security,
 * unless the application created it. Thread-safe.
 *
 * <p>Internal: for the packages of this library only.
 */
public final class SecurityHandle implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SecurityHandle.class);

  private final SharedSecurity sharedSecurity;
  private final TokenSecurity security;
  private final ServletContext context;
  private final TokenTransport transport;
  private final Configuration settings;

  private SecurityHandle(SharedSecurity shared, ServletContext context, Configuration settings) {
    this.sharedSecurity = shared;
    this.security = shared.security();
    this.context = context;
    this.transport = new TokenTransport(settings, security.proxies());
    security.addTransport(transport);
    this.settings = settings;
  }

  /**
   * Acquires the handle of a filter.
   *
   * @param given the security that the application created; null to use or create the shared one
   * @throws ConfigurationException if the settings are wrong
   */
  public static SecurityHandle of(FilterConfig config, @Nullable TokenSecurity given) {
    return acquire(
        config.getServletContext(),
        config.getFilterName(),
        tokenParams(config.getInitParameterNames(), config::getInitParameter),
        given);
  }

  /**
   * Acquires the handle of a servlet.
   *
   * @param given the security that the application created; null to use or create the shared one
   * @throws ConfigurationException if the settings are wrong
   */
  public static SecurityHandle of(ServletConfig config, @Nullable TokenSecurity given) {
    return acquire(
        config.getServletContext(),
        config.getServletName(),
        tokenParams(config.getInitParameterNames(), config::getInitParameter),
        given);
  }

  private static SecurityHandle acquire(
      ServletContext context,
      String name,
      Map<String, String> initParams,
      @Nullable TokenSecurity given) {
    RequiredLibrary.require(RequiredLibrary.SERVLET);
    SharedSecurity shared = SharedSecurity.acquire(context, name, initParams, given);
    try {
      List<String> problems = new ArrayList<>();
      Configuration settings =
          shared.security().configuration().withInitParams(initParams, problems);
      ComponentFactory factory = new ComponentFactory(settings, classLoaderOf(context), problems);
      var unused = factory.findUnknownSettings();
      new ConfigurationRules(settings, problems).check();
      shared.checkSameValues(settings, initParams, problems);
      FilterWatch.requireNoBypass(context);
      if (!problems.isEmpty()) {
        throw new ConfigurationException(problems);
      }
      warnOfCookieNameClash(context, settings, shared.security());
      return new SecurityHandle(shared, context, settings);
    } catch (RuntimeException e) {
      shared.release();
      throw e;
    }
  }

  /**
   * Creates the exception for an instance that is registered twice. Such an instance would have the
   * settings of one registration only, and would stop with the first.
   *
   * @param name the name of the second registration
   */
  public static ConfigurationException registeredTwice(String name) {
    return new ConfigurationException(
        List.of(name + " is registered twice by one instance; create one for each registration"));
  }

  /** Warns if two cookies of one name and path overwrite each other, which logs users out. */
  private static void warnOfCookieNameClash(
      ServletContext context, Configuration settings, TokenSecurity security) {
    SessionCookieConfig config = context.getSessionCookieConfig();
    String name = config == null ? null : config.getName();
    for (ConfigurationKey cookie :
        List.of(ConfigurationKey.COOKIE, ConfigurationKey.SESSION_COOKIE)) {
      if (settings.string(cookie).equals(name)) {
        security
            .operatorLog()
            .warn(
                LOG,
                "the name of the container's session cookie",
                "{}={} is also the name of the container's session cookie. At the same path"
                    + " the two overwrite each other, and users are logged out. Rename one of"
                    + " them",
                cookie.key(),
                name);
      }
    }
  }

  static Map<String, String> tokenParams(
      Enumeration<String> names, UnaryOperator<@Nullable String> value) {
    Map<String, String> params = new LinkedHashMap<>();
    while (names.hasMoreElements()) {
      String name = names.nextElement();
      String text = value.apply(name);
      if (text != null && name.startsWith("token.")) {
        params.put(name, text);
      }
    }
    return params;
  }

  /** Returns the application's class loader, or this library's if the container has none. */
  static ClassLoader classLoaderOf(ServletContext context) {
    ClassLoader loader = context.getClassLoader();
    return loader == null ? SecurityHandle.class.getClassLoader() : loader;
  }

  /** Returns the class loader that sees the application's classes. */
  public ClassLoader classLoader() {
    return classLoaderOf(context);
  }

  /**
   * Checks the filters that run before a token filter.
   *
   * @param filter the name of the token filter
   * @return the watch, for further checks by requests
   * @throws ConfigurationException if a WebSocket engine with endpoints runs before it
   */
  public FilterWatch watchFilterOrder(String filter) {
    return new FilterWatch(context, filter, security.nanoTime());
  }

  /** Returns the security that all filters and servlets of the application share. */
  public TokenSecurity security() {
    return security;
  }

  /**
   * Returns the address of the client that sent a request.
   *
   * @throws TokenRejectedException if a trusted proxy contradicts itself
   */
  public ClientAddress clientOf(HttpServletRequest request) throws TokenRejectedException {
    return security.proxies().clientOf(request);
  }

  /**
   * Returns the distinct session ids that a request sends. Applications on the same host share
   * cookies, so that each id may belong to another application.
   */
  public Set<String> sessionIds(HttpServletRequest request) {
    return transport.extractor().sessionIds(request);
  }

  /** Returns true if tokens are transported in cookies. */
  public boolean cookiesEnabled() {
    return transport.cookiesEnabled();
  }

  /** Returns the writer of session token cookies. */
  public CookieWriter cookies() {
    return transport.cookies();
  }

  /** Returns the paths that need no token, exact or ending with {@code /*}. */
  public Set<String> publicPaths() {
    return settings.texts(ConfigurationKey.PATHS_PUBLIC);
  }

  /** Returns the path of the login page within the application; null if there is none. */
  public @Nullable String loginPage() {
    return settings.text(ConfigurationKey.LOGIN_PAGE);
  }

  /** Returns true if error responses are the application's error pages. */
  public boolean usesErrorPages() {
    return settings.value(ConfigurationKey.REFUSALS, RefusalStyle.class) == RefusalStyle.ERROR_PAGE;
  }

  /** Returns the paths that do not renew tokens, exact or ending with {@code /*}. */
  public Set<String> passivePaths() {
    return settings.texts(ConfigurationKey.PATHS_PASSIVE);
  }

  /** Returns the paths at which user tokens use sessions, exact or ending with {@code /*}. */
  public Set<String> gatewayPaths() {
    return settings.texts(ConfigurationKey.GATEWAY_PATHS);
  }

  /** Returns the environments that an API client's token can be issued for. */
  public Set<String> clientEnvironments() {
    return settings.texts(ConfigurationKey.CLIENT_ENVIRONMENTS);
  }

  /** Returns the status that reports a live token to an API client: 409 or 200. */
  public int clientLiveStatus() {
    return Integer.parseInt(settings.string(ConfigurationKey.CLIENT_LIVE_STATUS));
  }

  /** Returns the status of a successful logout: 204 or 200. */
  public int logoutStatus() {
    return Integer.parseInt(settings.string(ConfigurationKey.LOGOUT_STATUS));
  }

  /** Returns true if credentials are accepted in the query. */
  public boolean allowsQueryCredentials() {
    return settings.flag(ConfigurationKey.QUERY_CREDENTIALS);
  }

  /** Returns the role that a caller of token introspection needs. */
  public String introspectionRole() {
    return settings.string(ConfigurationKey.INTROSPECTION_ROLE);
  }

  /**
   * Reads the token of a request, without validating it.
   *
   * @throws TokenRejectedException if the request has no token, or two different ones
   */
  public PresentedToken readToken(HttpServletRequest request) throws TokenRejectedException {
    return requireToken(transport.extractor().extract(request));
  }

  /**
   * Reads the token of a request that issues, renews or revokes something, guarded against
   * cross-site requests. The token is not validated.
   *
   * @throws TokenRejectedException if the request has no token, or two different ones, or if
   *     another site may have made a browser send it
   */
  public PresentedToken readTokenForAction(HttpServletRequest request)
      throws TokenRejectedException {
    return checkCrossSite(readToken(request), request);
  }

  private PresentedToken checkCrossSite(PresentedToken presented, HttpServletRequest request)
      throws TokenRejectedException {
    if (presented.ambient()) {
      security.guard().checkAction(request, true);
    }
    return presented;
  }

  /**
   * Reads the token of a request to an endpoint of the service gateway, guarded likewise.
   *
   * @param inBody the token in the request's body; null for none
   * @throws TokenRejectedException as {@link #readTokenForAction}
   */
  public PresentedToken readTokenForActionAtGateway(
      HttpServletRequest request, @Nullable String inBody) throws TokenRejectedException {
    return checkCrossSite(
        requireToken(transport.extractor().extractAtGateway(request, inBody)), request);
  }

  /**
   * Reads the token of a request to the service gateway, which is also accepted in the header
   * {@code userToken}. The token is not validated.
   *
   * @throws TokenRejectedException if the request has no token, or two different ones
   */
  public PresentedToken readTokenAtGateway(HttpServletRequest request)
      throws TokenRejectedException {
    return requireToken(transport.extractor().extractAtGateway(request, null));
  }

  private static PresentedToken requireToken(@Nullable PresentedToken presented)
      throws TokenRejectedException {
    if (presented == null) {
      throw new TokenRejectedException(Rejection.MISSING, "no token");
    }
    return presented;
  }

  /**
   * Expires the cookies of a refused request. Does nothing if another site may have made a browser
   * send it, since that site could otherwise log the user out.
   */
  public void expireCookies(HttpServletRequest request, HttpServletResponse response) {
    if (!transport.extractor().hasCookies(request)) {
      return;
    }
    try {
      security.guard().checkAction(request, true);
      cookies().expireCookies(request, response);
    } catch (TokenRejectedException ofAnotherSite) {
      LOG.debug("The cookies are kept: {}", ofAnotherSite.detail());
    }
  }

  /** Returns the header by which a request names a session of a user token. */
  public SessionHeader sessionHeader() {
    return transport.sessionHeader();
  }

  /**
   * Logs a user in by name and password, with a session token in cookies.
   *
   * @throws ServletException if the name or the password is wrong, tokens are not transported in
   *     cookies, the response is committed, or the login cannot be decided
   */
  public ActiveToken login(
      HttpServletRequest request,
      HttpServletResponse response,
      UsernamePasswordCredential credential)
      throws ServletException {
    if (!transport.cookiesEnabled()) {
      throw new ServletException("HttpServletRequest.login needs cookie in token.carriers");
    }
    if (response.isCommitted()) {
      throw new ServletException("the response is committed, so that no cookies can be added");
    }
    try {
      Subject subject =
          security.loginService("HttpServletRequest.login").login(credential, clientOf(request));
      IssuedToken token = security.login(request, response, subject);
      return new ActiveToken(token.record(), null, token.record().lastUsedAt());
    } catch (InvalidSubjectException e) {
      new RefusalWarnings(security).subjectUnfit(e);
      throw new ServletException("the login was refused", e);
    } catch (TokenRejectedException e) {
      throw new ServletException("the login was refused", e);
    } catch (IOException e) {
      throw new ServletException("the password could not be checked", e);
    }
  }

  /** Releases the share in the application's security. */
  @Override
  public void close() {
    sharedSecurity.release();
  }
}
