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
import org.tokenfilter.carrier.ContainerSession;
import org.tokenfilter.carrier.CrossSiteGuard;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.carrier.TrustedProxies;
import org.tokenfilter.carrier.WayBack;
import org.tokenfilter.codec.KeyRing;
import org.tokenfilter.credentials.LoginDesk;
import org.tokenfilter.notice.Notices;
import org.tokenfilter.service.StoreCalls;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Everything that an application's filters and endpoints share, put together from its settings: one
 * for an application, kept in its ServletContext. Thread-safe.
 *
 * <p>Applications that register the filter in web.xml or by annotation need not make one; to log
 * somebody in themselves, after a form or a single sign-on, they ask {@link #of(ServletContext)}.
 */
public final class TokenSecurity implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TokenSecurity.class);

  /**
   * The attribute of a request that names its user, for access logs: {@code
   * %{org.tokenfilter.user}r} of Tomcat. What would be read as more than one word of a line is
   * percent-encoded, as in an address. It stays after a log-out: the request was the user's.
   */
  public static final String USER_ATTRIBUTE = "org.tokenfilter.user";

  /** The attribute for the tokens that a request has logged in with; no client can set it. */
  private static final String LOGGED_IN = "org.tokenfilter.config.LoggedIn";

  /** The handles of what a request has logged in with, and was admitted with before. */
  private record LoggedIn(Set<TokenId> handles) {

    static LoggedIn of(HttpServletRequest request) {
      return request.getAttribute(LOGGED_IN) instanceof LoggedIn known
          ? known
          : new LoggedIn(Set.of());
    }

    LoggedIn and(@Nullable TokenId handle) {
      if (handle == null) {
        return this;
      }
      Set<TokenId> more = new LinkedHashSet<>(handles);
      more.add(handle);
      return new LoggedIn(more);
    }
  }

  private final Configuration configuration;
  private final TokenService service;
  private final StoreCalls storeCalls;
  private final Supplier<List<BackgroundTask>> tasks;
  private final Supplier<KeyRing> keys;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final Notices notices;
  private final UnfinishedEnds unfinishedEnds;
  private final Problems problems;
  private final CrossSiteGuard guard;
  private final TrustedProxies proxies;
  private final @Nullable LoginDesk desk;
  private final List<AutoCloseable> parts;

  /** How tokens travel in any filter or servlet; until there is one, as the settings say. */
  private volatile Carriage carriage;

  private boolean carried;

  private final ContainerSession containerSession;

  TokenSecurity(
      Configuration configuration,
      TokenService service,
      StoreCalls storeCalls,
      Supplier<List<BackgroundTask>> tasks,
      Supplier<KeyRing> keys,
      Clock clock,
      LongSupplier nanoTime,
      Notices notices,
      Problems problems,
      CrossSiteGuard guard,
      TrustedProxies proxies,
      @Nullable LoginDesk desk,
      List<AutoCloseable> parts) {
    this.configuration = configuration;
    this.service = service;
    this.storeCalls = storeCalls;
    this.tasks = tasks;
    this.keys = keys;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.notices = notices;
    this.unfinishedEnds = new UnfinishedEnds(service, notices);
    this.problems = problems;
    this.guard = guard;
    this.proxies = proxies;
    this.desk = desk;
    this.parts = List.copyOf(parts);
    this.carriage = new Carriage(configuration, proxies);
    this.containerSession =
        new ContainerSession(
            configuration.value(ConfigurationKey.HTTP_SESSION, ContainerSession.Treatment.class));
  }

  /** Starts one in code. */
  public static TokenSecurityBuilder builder() {
    return new TokenSecurityBuilder();
  }

  /**
   * One with these settings; system properties and the environment override them.
   *
   * @param settings by their keys, such as {@code token.keys.file}
   * @throws ConfigurationException if they are wrong
   */
  public static TokenSecurity from(Map<String, String> settings) {
    return builder().settings(settings).build();
  }

  /**
   * The one that an application's filters and endpoints share.
   *
   * @throws IllegalStateException if none of them has been started yet
   */
  public static TokenSecurity of(ServletContext context) {
    return ContextSecurity.of(context).security();
  }

  /** Takes part in what its filters and servlets carry tokens by. */
  synchronized void carryToo(Carriage other) {
    carriage = carried ? carriage.and(other) : other;
    carried = true;
  }

  /** The life of tokens, for applications that want to end or look at them. */
  public TokenService service() {
    return service;
  }

  /** The calls of the store, for applications that want to watch them. */
  public StoreCalls storeCalls() {
    return storeCalls;
  }

  /**
   * How it is, by what is known: nobody is asked, so that anybody may ask for it as often as he
   * likes.
   */
  public Health health() {
    return new Health(
        storeCalls.areAnswered(),
        service.feed().orElse(null),
        Health.ActiveKey.of(keys.get().activeKey(), clock.instant()),
        tasks.get(),
        service.clockAhead().orElse(null));
  }

  /**
   * Logs somebody in whom the application has authenticated itself. A session token's cookies are
   * added to the response, which must not be committed, and which no cache may keep. An HttpSession
   * that the request has gets a new id, as {@code token.http-session} says.
   *
   * <p>Where tokens travel in cookies a session token is of a new session, and the one whose
   * cookies it takes the place of is ended. Elsewhere the same subject joins the session whose id
   * its browser sends, since the tokens of other tabs need that id.
   *
   * @param kind SESSION or USER
   * @throws TokenRejectedException if the subject has as many sessions as it may, or it cannot be
   *     told where the request comes from
   * @throws org.tokenfilter.token.UnfitSubjectException if the subject has more roles or
   *     attributes, or a longer name, than a token may stand for: see {@link Subject}
   * @throws org.tokenfilter.store.TokenStoreException if the store could not keep it
   * @throws IllegalStateException if the token is to travel in a cookie, and the response is
   *     committed; nothing has changed then
   */
  public IssuedToken login(
      HttpServletRequest request, HttpServletResponse response, Subject subject, TokenKind kind)
      throws TokenRejectedException {
    if (kind == TokenKind.OPEN) {
      throw new IllegalArgumentException("nobody logs in by an open token");
    }
    if (kind == TokenKind.SESSION && carriage.byCookie() && response.isCommitted()) {
      throw new IllegalStateException("the response is committed, and can bring no cookies");
    }
    ClientAddress client = proxies.clientOf(request);
    containerSession.logIn(request);
    IssuedToken token =
        kind == TokenKind.USER
            ? service.issueUser(subject, null, client)
            : newSession(request, subject, client);
    // A login may put another token in the place of the one that the request was admitted with.
    request.setAttribute(
        LOGGED_IN, LoggedIn.of(request).and(admitted(request)).and(token.record().id()));
    LoggedUser.note(request, token.record().subject());
    LoggedUser.change(request);
    Problem.forbidStoring(response);
    carriage.cookies().give(request, response, token);
    return token;
  }

  private IssuedToken newSession(HttpServletRequest request, Subject subject, ClientAddress client)
      throws TokenRejectedException {
    if (!carriage.byCookie()) {
      return service.issueSession(
          subject, Duration.ZERO, client, carriage.carrier().sessionIds(request));
    }
    endFormerSession(request);
    return service.issueSession(subject, Duration.ZERO, client, Set.of());
  }

  /** The one in the browser's cookies, which are about to be overwritten. */
  private void endFormerSession(HttpServletRequest request) {
    try {
      PresentedToken former = carriage.carrier().read(request);
      if (former != null && former.ambient()) {
        service.leaveSession(former);
      }
    } catch (TokenRejectedException none) {
      LOG.debug("A login takes the place of no session: {}", none.why());
    }
  }

  /**
   * Ends the token that a request was admitted with or has logged in with; on a public path, the
   * one that it presents, whoever holds it. Then it takes the cookies back, and invalidates an
   * HttpSession that the request has, as {@code token.http-session} says. When it returns, none of
   * these tokens is good any more; a request that presents none of this application's has nothing
   * to end.
   *
   * @throws TokenRejectedException with {@link org.tokenfilter.token.Rejection#BAD_REQUEST} if it
   *     cannot be told which token is meant: nothing is ended, and the cookies stay
   * @throws org.tokenfilter.store.TokenStoreException if the store could not end it: the cookies
   *     stay, so that the user can log out again
   */
  public void logout(HttpServletRequest request, HttpServletResponse response)
      throws TokenRejectedException {
    TokenId admitted = admitted(request);
    if (admitted == null) {
      PresentedToken presented = carriage.carrier().read(request);
      if (presented != null) {
        service.revoke(presented);
      }
    } else {
      service.close(admitted);
    }
    for (TokenId handle : LoggedIn.of(request).handles()) {
      if (admitted == null || !handle.equals(admitted)) {
        service.close(handle);
      }
    }
    request.removeAttribute(LOGGED_IN);
    LoggedUser.change(request);
    containerSession.logOut(request);
    carriage.cookies().takeBack(request, response);
  }

  /**
   * Where a login page leads to when its user has logged in: the page that {@code token.login-page}
   * kept the user from, with its query. What stands in the parameter {@code next} instead is not
   * believed: it is a path of this application, or the application's root.
   */
  public String wayBack(HttpServletRequest request) {
    return WayBack.from(request, request.getServletContext().getContextPath());
  }

  private @Nullable TokenId admitted(HttpServletRequest request) {
    return request.getAttribute(Admission.ATTRIBUTE) instanceof Admission admission
            && admission.security() == this
        ? admission.admitted()
        : null;
  }

  /** What becomes of the container's HttpSession at a login and a log-out. */
  public ContainerSession containerSession() {
    return containerSession;
  }

  /**
   * Closes a session whose request has been answered, as soon as the store takes it.
   *
   * @param why the store did not take it at once
   */
  public void closeLater(TokenId session, Throwable why) {
    unfinishedEnds.add(session, why);
  }

  UnfinishedEnds unfinishedEnds() {
    return unfinishedEnds;
  }

  /** The clock that judges; it never runs backwards. */
  public Clock clock() {
    return clock;
  }

  /** The nanosecond source that measures, as {@link System#nanoTime()} does. */
  public LongSupplier nanoTime() {
    return nanoTime;
  }

  /** What operators are told, once for something that happens again and again. */
  public Notices notices() {
    return notices;
  }

  /** What refusals look like. */
  public Problems problems() {
    return problems;
  }

  /** The guard against what other sites make a browser send. */
  public CrossSiteGuard guard() {
    return guard;
  }

  /**
   * Where log-ins pass.
   *
   * @param who needs it
   * @throws ConfigurationException if it is not configured who checks passwords
   */
  public LoginDesk desk(String who) {
    if (desk == null) {
      throw new ConfigurationException(
          List.of(
              ConfigurationKey.CREDENTIALS.key()
                  + " is needed by "
                  + who
                  + ": "
                  + ConfigurationKey.CREDENTIALS.description()));
    }
    return desk;
  }

  /** Where requests come from. */
  public TrustedProxies proxies() {
    return proxies;
  }

  Configuration configuration() {
    return configuration;
  }

  /** Stops its threads and closes what it opened. Idempotent. */
  @Override
  public void close() {
    List<AutoCloseable> lastFirst = new ArrayList<>(parts);
    lastFirst.add(unfinishedEnds);
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
