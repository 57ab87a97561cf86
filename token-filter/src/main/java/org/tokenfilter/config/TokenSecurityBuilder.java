package org.tokenfilter.config;

import static org.tokenfilter.config.ConfigurationKey.AUDIENCE;
import static org.tokenfilter.config.ConfigurationKey.LOGIN_FAILURES;
import static org.tokenfilter.config.ConfigurationKey.LOGIN_WAITING;
import static org.tokenfilter.config.ConfigurationKey.LOGIN_WINDOW;
import static org.tokenfilter.config.ConfigurationKey.MAX_LIFETIME;
import static org.tokenfilter.config.ConfigurationKey.MEMORY_SHARE;
import static org.tokenfilter.config.ConfigurationKey.ORIGINS;
import static org.tokenfilter.config.ConfigurationKey.RETENTION;
import static org.tokenfilter.config.ConfigurationKey.STORE;
import static org.tokenfilter.config.ConfigurationKey.STORE_CONCURRENCY;
import static org.tokenfilter.config.ConfigurationKey.STORE_TIMEOUT;
import static org.tokenfilter.config.ConfigurationKey.SWEEP_BATCH;
import static org.tokenfilter.config.ConfigurationKey.SWEEP_INTERVAL;

import com.github.benmanes.caffeine.cache.Ticker;
import jakarta.servlet.ServletContext;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.CrossSiteGuard;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.carrier.TrustedProxies;
import org.tokenfilter.codec.KeyRing;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.LoginDesk;
import org.tokenfilter.credentials.LoginThrottle;
import org.tokenfilter.credentials.LoginWarnings;
import org.tokenfilter.notice.Notices;
import org.tokenfilter.service.BulkheadTokenStore;
import org.tokenfilter.service.ForwardClock;
import org.tokenfilter.service.MemoryBudget;
import org.tokenfilter.service.Recheck;
import org.tokenfilter.service.StoreCalls;
import org.tokenfilter.service.Surroundings;
import org.tokenfilter.service.Sweeper;
import org.tokenfilter.service.Timeliness;
import org.tokenfilter.service.TokenListener;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenStore;

/**
 * A builder of a {@link TokenSecurity} in code. Components that are not given are created from the
 * settings. Not thread-safe.
 */
public final class TokenSecurityBuilder {

  private static final Logger LOG = LoggerFactory.getLogger(TokenSecurity.class);

  /** The interval of file checks; a change is in force within twice this time. */
  static final Duration FILE_INTERVAL = Duration.ofSeconds(2);

  /** The interval at which due renewals are written to the store. */
  private static final Duration USES_INTERVAL = Duration.ofSeconds(1);

  private static final Duration UNFINISHED_INTERVAL = Duration.ofSeconds(1);

  /**
   * The maximum number of concurrent store calls by background tasks, separate from those by
   * requests. The sweep, the renewals, the revocations and the listeners have one thread each.
   */
  private static final int BACKGROUND_CONCURRENCY = 4;

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  private final Map<String, String> settings = new HashMap<>();
  private final List<TokenListener> listeners = new ArrayList<>();
  private Map<String, String> contextParams = Map.of();
  private @Nullable ServletContext application;
  private String contextPath = "";
  private ClassLoader classLoader = TokenSecurity.class.getClassLoader();
  private Clock clock = Clock.systemUTC();
  private @Nullable TokenStore store;
  private @Nullable Authenticator authenticator;
  private @Nullable ReloadedFile<KeyRing> givenKeys;
  private Duration fileInterval = FILE_INTERVAL;

  TokenSecurityBuilder() {}

  /**
   * Sets a key, such as {@code token.idle-timeout}. System properties and environment variables
   * override it.
   */
  public TokenSecurityBuilder setting(String key, String value) {
    settings.put(key, value);
    return this;
  }

  /** Sets several keys, as {@link #setting} does. */
  public TokenSecurityBuilder settings(Map<String, String> values) {
    settings.putAll(values);
    return this;
  }

  /** Sets the store, which the caller closes, instead of the setting {@code token.store}. */
  public TokenSecurityBuilder store(TokenStore value) {
    store = value;
    return this;
  }

  /**
   * Sets the authenticator, which the caller closes, instead of the setting {@code
   * token.credentials}.
   */
  public TokenSecurityBuilder authenticator(Authenticator value) {
    authenticator = value;
    return this;
  }

  /** Adds a listener to token events. */
  public TokenSecurityBuilder listener(TokenListener value) {
    listeners.add(value);
    return this;
  }

  /** Sets the clock by which tokens are validated, for tests. */
  public TokenSecurityBuilder clock(Clock value) {
    clock = value;
    return this;
  }

  /** Sets the keys, which the caller reloads, instead of the setting token.keys.file. */
  TokenSecurityBuilder keys(ReloadedFile<KeyRing> value) {
    givenKeys = value;
    return this;
  }

  /** Sets the interval of file checks, for tests that wait for it. */
  TokenSecurityBuilder fileInterval(Duration value) {
    fileInterval = value;
    return this;
  }

  /**
   * Sets the application: its context-params are settings, its path is the default of {@code
   * token.audience}, and its class loader sees the store providers. Without an application the
   * default audience is ROOT, and the store providers are those that this library's class loader
   * sees.
   *
   * <p>The application's filters and servlets find the security that is built, in whatever order
   * the container starts them. Filters and servlets that have been started before share their own
   * one.
   */
  public TokenSecurityBuilder context(ServletContext context) {
    application = context;
    contextParams = Participant.params(context.getInitParameterNames(), context::getInitParameter);
    contextPath = context.getContextPath();
    classLoader = Participant.loaderOf(context);
    return this;
  }

  /**
   * Creates all components and starts the background tasks.
   *
   * @throws ConfigurationException if settings are wrong, or a required library is missing or too
   *     old; lists every mistake
   */
  public TokenSecurity build() {
    RequiredLibrary.requireAll();
    List<String> wrong = new ArrayList<>();
    Configuration configuration =
        new Configuration(ConfigurationSources.of(settings, contextParams), wrong);
    Assembly assembly = new Assembly(configuration, classLoader, wrong);
    Authenticators authenticators = new Authenticators(configuration, classLoader, wrong);
    UnknownSettings unknown = assembly.requireKnown();
    new Consistency(configuration, wrong).require();
    SecureRandom random = new SecureRandom();
    String audience = assembly.audience(contextPath);
    TrustedProxies proxies = assembly.proxies();
    Authenticator checks = authenticator == null ? authenticators.chosen() : authenticator;
    Recheck recheck = authenticators.recheck(checks);
    Clock forward = new ForwardClock(clock);
    ReloadedFile<KeyRing> keys =
        givenKeys == null ? assembly.keys(random, forward.instant()) : givenKeys;
    TokenCodec codec =
        keys == null ? null : assembly.codec(keys, audience, forward.instant(), random);
    TokenStore kept = store == null ? assembly.store() : store;
    unknown.warnings().forEach(LOG::warn);
    if (keys == null || codec == null || kept == null || !wrong.isEmpty()) {
      throw new ConfigurationException(wrong);
    }
    Notices notices = new Notices(Ticker.systemTicker()::read);
    Threads threads =
        new Threads("token-filter " + audience, STOP_PATIENCE, Ticker.systemTicker(), notices);
    MemoryBudget memory = MemoryBudget.ofHeap(configuration.number(MEMORY_SHARE));
    Duration patience = configuration.duration(STORE_TIMEOUT);
    StoreCalls calls = new StoreCalls(Ticker.systemTicker()::read, patience);
    TokenStore guarded =
        calls.measured(
            new BulkheadTokenStore(kept, configuration.number(STORE_CONCURRENCY), patience));
    TokenStore background =
        calls.measured(new BulkheadTokenStore(kept, BACKGROUND_CONCURRENCY, patience));
    Timeliness timeliness = assembly.timeliness();
    TokenService service =
        new TokenService(
            guarded,
            background,
            codec,
            assembly.policy(),
            audience,
            timeliness,
            new Surroundings(
                forward,
                Ticker.systemTicker()::read,
                random,
                threads.queue("listeners", memory.events()),
                notices,
                memory),
            listeners,
            recheck);
    threads.repeat("uses", service::writeUses, USES_INTERVAL);
    if (!timeliness.revocationLag().isZero()) {
      threads.steadily("ends", service::pollEnds, timeliness.revocationLag().dividedBy(2));
    }
    Sweeper sweeper =
        new Sweeper(
            background,
            service,
            forward,
            configuration.duration(RETENTION),
            configuration.number(SWEEP_BATCH));
    threads.repeat("sweep", sweeper::sweep, configuration.duration(SWEEP_INTERVAL));
    if (givenKeys == null) {
      threads.repeat("keys", keys::look, fileInterval);
    }
    if (checks instanceof ReloadedPasswords passwords) {
      threads.repeat("accounts", passwords.file()::look, fileInterval);
    }
    report(configuration, assembly.effective(), audience);
    TokenSecurity security =
        new TokenSecurity(
            configuration,
            service,
            calls,
            threads::tasks,
            keys,
            forward,
            Ticker.systemTicker()::read,
            notices,
            new Problems(audience, configuration.duration(LOGIN_WINDOW)),
            new CrossSiteGuard(configuration.texts(ORIGINS), proxies),
            proxies,
            checks == null
                ? null
                : desk(
                    configuration,
                    checks,
                    authenticators.atOnce(checks),
                    new LoginWarnings(notices),
                    service,
                    random),
            ours(kept, service, checks, threads));
    threads.repeat("closings", security.unfinishedEnds(), UNFINISHED_INTERVAL);
    if (application != null) {
      ContextSecurity.handIn(application, security);
    }
    return security;
  }

  /** Returns the resources to close with the security, the last one first, without given ones. */
  private List<AutoCloseable> ours(
      TokenStore kept, TokenService service, @Nullable Authenticator checks, Threads threads) {
    List<AutoCloseable> ours = new ArrayList<>();
    if (store == null) {
      ours.add(kept);
    }
    if (authenticator == null && checks instanceof AutoCloseable closeable) {
      ours.add(closeable);
    }
    ours.add(service::stop);
    ours.add(threads);
    return ours;
  }

  private static LoginDesk desk(
      Configuration configuration,
      Authenticator checks,
      int atOnce,
      LoginWarnings warnings,
      TokenService service,
      SecureRandom random) {
    return new LoginDesk(
        checks,
        new LoginThrottle(
            configuration.number(LOGIN_FAILURES),
            configuration.duration(LOGIN_WINDOW),
            Ticker.systemTicker()),
        new LoginDesk.Crowd(atOnce, configuration.number(LOGIN_WAITING)),
        (name, refused, client) -> {
          warnings.refused(name, refused, client);
          service.loginFailed(name, refused.rejection(), client);
        },
        random,
        Ticker.systemTicker());
  }

  private void report(Configuration configuration, String effective, String audience) {
    LOG.info("Settings of the token filter for {}:{}", audience, effective);
    if (store == null && configuration.string(STORE).equals("memory")) {
      LOG.warn("Tokens are kept in memory, for a single node only, and are lost at a restart");
    } else if (!configuration.has(AUDIENCE)) {
      LOG.warn(
          "{} is not set. If applications share the store and the keys, set it in each of them",
          AUDIENCE.key());
    }
    if (configuration.duration(MAX_LIFETIME).isZero()) {
      LOG.warn("{} is off: a session that is in use never expires", MAX_LIFETIME.key());
    }
  }
}
