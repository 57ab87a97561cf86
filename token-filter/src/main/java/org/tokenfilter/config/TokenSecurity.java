package org.tokenfilter.config;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.CrossSiteGuard;
import org.tokenfilter.carrier.Problem;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.carrier.TrustedProxies;
import org.tokenfilter.codec.KeyRing;
import org.tokenfilter.credentials.LoginDesk;
import org.tokenfilter.notice.Notices;
import org.tokenfilter.service.StoreCalls;
import org.tokenfilter.service.TokenService;
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

  private final Configuration configuration;
  private final TokenService service;
  private final StoreCalls storeCalls;
  private final Supplier<List<BackgroundTask>> tasks;
  private final Supplier<KeyRing> keys;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final Notices notices;
  private final Problems problems;
  private final CrossSiteGuard guard;
  private final TrustedProxies proxies;
  private final @Nullable LoginDesk desk;
  private final List<AutoCloseable> parts;

  /** How tokens travel in any filter or servlet; until there is one, as the settings say. */
  private volatile Carriage carriage;

  private boolean carried;

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
    this.problems = problems;
    this.guard = guard;
    this.proxies = proxies;
    this.desk = desk;
    this.parts = List.copyOf(parts);
    this.carriage = new Carriage(configuration, proxies);
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
        tasks.get());
  }

  /**
   * Logs somebody in whom the application has authenticated itself. A session token's cookies are
   * added to the response, which must not be committed, and which no cache may keep.
   *
   * @param kind SESSION or USER
   * @throws TokenRejectedException if the subject has as many sessions as it may, or the request's
   *     cookies cannot be read
   * @throws org.tokenfilter.store.TokenStoreException if the store could not keep it
   */
  public IssuedToken login(
      HttpServletRequest request, HttpServletResponse response, Subject subject, TokenKind kind)
      throws TokenRejectedException {
    ClientAddress client = proxies.clientOf(request);
    IssuedToken token =
        switch (kind) {
          case SESSION ->
              service.issueSession(
                  subject, Duration.ZERO, client, carriage.carrier().sessionIds(request));
          case USER -> service.issueUser(subject, null, client);
          case OPEN -> throw new IllegalArgumentException("nobody logs in by an open token");
        };
    Problem.forbidStoring(response);
    carriage.cookies().give(request, response, token);
    return token;
  }

  /**
   * Ends the token that a request presents, if it is good, and takes its cookies back.
   *
   * @throws org.tokenfilter.store.TokenStoreException if the store could not end it
   */
  public void logout(HttpServletRequest request, HttpServletResponse response) {
    try {
      PresentedToken presented = carriage.carrier().read(request);
      if (presented != null) {
        service.logOut(presented);
      }
    } catch (TokenRejectedException nothingToEnd) {
      LOG.debug("Logged out without a good token: {}", nothingToEnd.why());
    }
    carriage.cookies().takeBack(request, response);
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
