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
import org.tokenfilter.credentials.Login;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;
import org.tokenfilter.token.UnfitSubjectException;

/**
 * A filter or servlet of ours in an application: its own settings, and its share in the
 * application's {@link TokenSecurity}, which is closed with the last one that it made itself.
 * Thread-safe.
 */
public final class Participant implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Participant.class);

  private final ContextSecurity shared;
  private final TokenSecurity security;
  private final ServletContext context;
  private final Carriage carriage;
  private final Configuration settings;

  private Participant(ContextSecurity shared, ServletContext context, Configuration settings) {
    this.shared = shared;
    this.security = shared.security();
    this.context = context;
    this.carriage = new Carriage(settings, security.proxies());
    security.carryToo(carriage);
    this.settings = settings;
  }

  /**
   * A filter joins its application.
   *
   * @param given what the application made itself; null to use what it has, or to make it
   * @throws ConfigurationException if the settings are wrong
   */
  public static Participant of(FilterConfig config, @Nullable TokenSecurity given) {
    return join(
        config.getServletContext(),
        config.getFilterName(),
        params(config.getInitParameterNames(), config::getInitParameter),
        given);
  }

  /**
   * A servlet joins its application.
   *
   * @param given what the application made itself; null to use what it has, or to make it
   * @throws ConfigurationException if the settings are wrong
   */
  public static Participant of(ServletConfig config, @Nullable TokenSecurity given) {
    return join(
        config.getServletContext(),
        config.getServletName(),
        params(config.getInitParameterNames(), config::getInitParameter),
        given);
  }

  private static Participant join(
      ServletContext context,
      String name,
      Map<String, String> initParams,
      @Nullable TokenSecurity given) {
    RequiredLibrary.require(RequiredLibrary.SERVLET);
    ContextSecurity shared = ContextSecurity.enter(context, name, initParams, given);
    try {
      List<String> problems = new ArrayList<>();
      Configuration settings = shared.security().configuration().with(initParams, problems);
      Assembly assembly = new Assembly(settings, loaderOf(context), problems);
      var unused = assembly.requireKnown();
      new Consistency(settings, problems).require();
      shared.requireSame(settings, initParams, problems);
      FilterWatch.require(context);
      if (!problems.isEmpty()) {
        throw new ConfigurationException(problems);
      }
      warnOfSharedName(context, settings, shared.security());
      return new Participant(shared, context, settings);
    } catch (RuntimeException e) {
      shared.leave();
      throw e;
    }
  }

  /**
   * What stops the start of a filter or servlet of which one instance is registered twice: it would
   * have the settings of one registration, and end with the first.
   *
   * @param name of the second registration
   */
  public static ConfigurationException registeredTwice(String name) {
    return new ConfigurationException(
        List.of(name + " is registered twice by one instance; make one for each registration"));
  }

  /** Two cookies of one name and path overwrite each other, and then each request logs out. */
  private static void warnOfSharedName(
      ServletContext context, Configuration settings, TokenSecurity security) {
    SessionCookieConfig config = context.getSessionCookieConfig();
    String name = config == null ? null : config.getName();
    for (ConfigurationKey cookie :
        List.of(ConfigurationKey.COOKIE, ConfigurationKey.SESSION_COOKIE)) {
      if (settings.string(cookie).equals(name)) {
        security
            .notices()
            .warn(
                LOG,
                "the name of the container's session cookie",
                "{}={} is the name of the container's own session cookie, too: at the same path"
                    + " the two overwrite each other, and users are logged out. Set another name"
                    + " in one of the two places",
                cookie.key(),
                name);
      }
    }
  }

  static Map<String, String> params(
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

  /** What sees the application's classes: its own loader, or ours where a container gives none. */
  static ClassLoader loaderOf(ServletContext context) {
    ClassLoader loader = context.getClassLoader();
    return loader == null ? Participant.class.getClassLoader() : loader;
  }

  /** What sees the application's classes. */
  public ClassLoader classLoader() {
    return loaderOf(context);
  }

  /**
   * Watches what stands before a token filter.
   *
   * @param filter its name
   * @throws ConfigurationException if a WebSocket engine would answer before it
   */
  public FilterWatch watch(String filter) {
    return new FilterWatch(context, filter, security.nanoTime());
  }

  /** What it shares with the others of its application. */
  public TokenSecurity security() {
    return security;
  }

  /**
   * Where a request comes from.
   *
   * @throws TokenRejectedException if a trusted proxy contradicts itself
   */
  public ClientAddress clientOf(HttpServletRequest request) throws TokenRejectedException {
    return security.proxies().clientOf(request);
  }

  /**
   * The different session ids that a request sends. All applications of its host share its cookies,
   * so each of them may be another application's.
   */
  public Set<String> sessionIds(HttpServletRequest request) {
    return carriage.carrier().sessionIds(request);
  }

  /** Whether its tokens may travel in cookies. */
  public boolean byCookie() {
    return carriage.byCookie();
  }

  /** Gives and takes back the cookies of session tokens. */
  public CookieWriter cookies() {
    return carriage.cookies();
  }

  /** What it serves without a token: paths, exact or ending with {@code /*}. */
  public Set<String> publicPaths() {
    return settings.texts(ConfigurationKey.PATHS_PUBLIC);
  }

  /** Where people log in: a path of the application; null if there is no such page. */
  public @Nullable String loginPage() {
    return settings.text(ConfigurationKey.LOGIN_PAGE);
  }

  /** Whether a refusal is the application's error page for its status. */
  public boolean refusesByErrorPage() {
    return settings.value(ConfigurationKey.REFUSALS, RefusalStyle.class) == RefusalStyle.ERROR_PAGE;
  }

  /** Where it does not renew: paths, exact or ending with {@code /*}. */
  public Set<String> passivePaths() {
    return settings.texts(ConfigurationKey.PATHS_PASSIVE);
  }

  /** Where user tokens go on in sessions: paths, exact or ending with {@code /*}. */
  public Set<String> gatewayPaths() {
    return settings.texts(ConfigurationKey.GATEWAY_PATHS);
  }

  /** The environments that an API client's token may be for. */
  public Set<String> clientEnvironments() {
    return settings.texts(ConfigurationKey.CLIENT_ENVIRONMENTS);
  }

  /** The status that tells an API client that its token is live: 409 or 200. */
  public int clientLiveStatus() {
    return Integer.parseInt(settings.string(ConfigurationKey.CLIENT_LIVE_STATUS));
  }

  /** The status of a log-out that is done: 204 or 200. */
  public int logoutStatus() {
    return Integer.parseInt(settings.string(ConfigurationKey.LOGOUT_STATUS));
  }

  /** Whether credentials may come in the query. */
  public boolean takesQueryCredentials() {
    return settings.flag(ConfigurationKey.QUERY_CREDENTIALS);
  }

  /** The role that a caller of token introspection needs. */
  public String introspectionRole() {
    return settings.string(ConfigurationKey.INTROSPECTION_ROLE);
  }

  /**
   * What a request presents, not judged yet.
   *
   * @throws TokenRejectedException if it presents no token, or two that differ
   */
  public PresentedToken present(HttpServletRequest request) throws TokenRejectedException {
    return required(carriage.carrier().read(request));
  }

  /**
   * What a request presents that issues, renews or ends something, guarded against other sites.
   *
   * @throws TokenRejectedException also if another site may have made a browser send it
   */
  public PresentedToken presentToAct(HttpServletRequest request) throws TokenRejectedException {
    return guarded(present(request), request);
  }

  private PresentedToken guarded(PresentedToken presented, HttpServletRequest request)
      throws TokenRejectedException {
    if (presented.ambient()) {
      security.guard().checkAction(request, true);
    }
    return presented;
  }

  /**
   * What a request to an endpoint of the service gateway presents, guarded likewise.
   *
   * @param inBody a token in its body; null for none
   * @throws TokenRejectedException as {@link #presentToAct}
   */
  public PresentedToken presentToActAtGateway(HttpServletRequest request, @Nullable String inBody)
      throws TokenRejectedException {
    return guarded(required(carriage.carrier().readAtGateway(request, inBody)), request);
  }

  /**
   * What a request to the service gateway presents, where the header {@code userToken} may bring
   * the token as well.
   *
   * @throws TokenRejectedException if it presents no token, or two that differ
   */
  public PresentedToken presentAtGateway(HttpServletRequest request) throws TokenRejectedException {
    return required(carriage.carrier().readAtGateway(request, null));
  }

  private static PresentedToken required(@Nullable PresentedToken presented)
      throws TokenRejectedException {
    if (presented == null) {
      throw new TokenRejectedException(Rejection.MISSING, "no token");
    }
    return presented;
  }

  /**
   * Takes back the cookies that a request sends, with its refusal; but not where another site may
   * have made a browser send it: that site would log its user out.
   */
  public void takeBackCookies(HttpServletRequest request, HttpServletResponse response) {
    if (!carriage.carrier().sendsCookies(request)) {
      return;
    }
    try {
      security.guard().checkAction(request, true);
      cookies().takeBack(request, response);
    } catch (TokenRejectedException ofAnotherSite) {
      LOG.debug("The cookies stay: {}", ofAnotherSite.why());
    }
  }

  /** How a request names a session of a user token. */
  public SessionHeader sessionHeader() {
    return carriage.sessionHeader();
  }

  /**
   * Logs somebody in by name and password, with a session token in cookies.
   *
   * @throws ServletException if the name or the password is wrong, or tokens do not travel in
   *     cookies, or the answer is on its way already, which cannot bring them
   */
  public ActiveToken logIn(HttpServletRequest request, HttpServletResponse response, Login login)
      throws ServletException {
    if (!carriage.byCookie()) {
      throw new ServletException("logging in so needs token.carriers with cookie");
    }
    if (response.isCommitted()) {
      throw new ServletException("the answer is on its way, and can bring no cookies");
    }
    try {
      Subject subject = security.desk("HttpServletRequest.login").logIn(login, clientOf(request));
      IssuedToken token = security.login(request, response, subject, TokenKind.SESSION);
      return new ActiveToken(token.record(), null, token.record().lastUsedAt());
    } catch (UnfitSubjectException e) {
      new RefusalNotices(security).unfit(e);
      throw new ServletException("the log-in was refused", e);
    } catch (TokenRejectedException e) {
      throw new ServletException("the log-in was refused", e);
    } catch (IOException e) {
      throw new ServletException("whether the password is right could not be decided", e);
    }
  }

  /** Leaves the application. */
  @Override
  public void close() {
    shared.leave();
  }
}
