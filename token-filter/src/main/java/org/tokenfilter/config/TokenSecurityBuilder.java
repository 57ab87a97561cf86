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
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.CrossSiteGuard;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.carrier.TrustedProxies;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.container.ContainerObject;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.guard.GuardedTokenStore;
import org.tokenfilter.guard.MonotonicClock;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.login.AccountRecheckPolicy;
import org.tokenfilter.login.LoginService;
import org.tokenfilter.login.LoginThrottle;
import org.tokenfilter.login.LoginWarnings;
import org.tokenfilter.memory.MemoryBudget;
import org.tokenfilter.monitor.StoreCallMonitor;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.policy.ServiceEnvironment;
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
  static final Duration FILE_CHECK_INTERVAL = Duration.ofSeconds(2);

  /** The interval at which due renewals are written to the store. */
  private static final Duration RENEWAL_FLUSH_INTERVAL = Duration.ofSeconds(1);

  private static final Duration REVOCATION_RETRY_INTERVAL = Duration.ofSeconds(1);

  /**
   * The maximum number of concurrent store calls by background tasks, separate from those by
   * requests. The sweep, the renewals, the feed of changes and the listeners have one thread each,
   * and the feed one more for each further shard of the store.
   */
  private static final int BACKGROUND_CONCURRENCY = 4;

  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(5);

  private final SettingsInCode settings = new SettingsInCode();
  private final List<TokenListener> listeners = new ArrayList<>();
  private Map<String, String> contextParams = Map.of();
  private @Nullable ServletContext application;
  private String contextPath = "";
  private ClassLoader classLoader = TokenSecurity.class.getClassLoader();
  private Clock clock = Clock.systemUTC();
  private @Nullable TokenStore store;
  private @Nullable Authenticator authenticator;
  private @Nullable Supplier<KeyRing> suppliedKeys;
  private @Nullable ReloadingFile<KeyRing> givenKeys;
  private Duration fileCheckInterval = FILE_CHECK_INTERVAL;

  TokenSecurityBuilder() {}

  /**
   * Sets a key, such as {@code token.idle-timeout}. System properties and environment variables
   * override it. The essential settings also have typed methods, which do the same; if a key is set
   * by both, to different values, {@link #build} fails.
   */
  public TokenSecurityBuilder setting(String key, String value) {
    settings.set(key, value);
    return this;
  }

  /** Sets several keys, as {@link #setting} does. */
  public TokenSecurityBuilder settings(Map<String, String> values) {
    settings.setAll(values);
    return this;
  }

  /** Sets {@code token.keys.file}: the JWK Set file that holds the keys. */
  public TokenSecurityBuilder keysFile(Path value) {
    settings.setTyped(ConfigurationKey.KEYS_FILE, value);
    return this;
  }

  /** Sets {@code token.keys.generate}: the key file is created if it is missing. */
  public TokenSecurityBuilder generateKeys() {
    settings.setTyped(ConfigurationKey.KEYS_GENERATE, true);
    return this;
  }

  /** Sets {@code token.audience}: the application that tokens are issued for. */
  public TokenSecurityBuilder audience(String value) {
    settings.setTyped(ConfigurationKey.AUDIENCE, value);
    return this;
  }

  /** Sets {@code token.idle-timeout}: the time without use after which a session token expires. */
  public TokenSecurityBuilder idleTimeout(Duration value) {
    settings.setTyped(ConfigurationKey.IDLE_TIMEOUT, value);
    return this;
  }

  /**
   * Sets {@code token.max-lifetime}: the absolute timeout of tokens with an idle timeout; zero for
   * none.
   */
  public TokenSecurityBuilder absoluteTimeout(Duration value) {
    settings.setTyped(ConfigurationKey.MAX_LIFETIME, value);
    return this;
  }

  /**
   * Sets {@code token.revocation.lag}: the maximum time for which other nodes may still accept a
   * revoked token.
   */
  public TokenSecurityBuilder revocationLag(Duration value) {
    settings.setTyped(ConfigurationKey.REVOCATION_LAG, value);
    return this;
  }

  /** Sets {@code token.paths.public}: the paths that are served without a token. */
  public TokenSecurityBuilder publicPaths(String... values) {
    settings.setTyped(ConfigurationKey.PATHS_PUBLIC, values);
    return this;
  }

  /**
   * Sets {@code token.login-page}: the public path that a browser is redirected to if a page needs
   * a token.
   */
  public TokenSecurityBuilder loginPage(String value) {
    settings.setTyped(ConfigurationKey.LOGIN_PAGE, value);
    return this;
  }

  /** Sets {@code token.trusted-proxies}: the proxies whose forwarded headers are trusted. */
  public TokenSecurityBuilder trustedProxies(String... values) {
    settings.setTyped(ConfigurationKey.TRUSTED_PROXIES, values);
    return this;
  }

  /**
   * Sets {@code token.carriers}: tokens are accepted in the header Authorization and in cookies.
   */
  public TokenSecurityBuilder cookies() {
    settings.setTyped(ConfigurationKey.CARRIERS, "bearer", "cookie");
    return this;
  }

  /**
   * Sets a supplier of the keys, such as a vault, instead of the settings {@code token.keys.file}
   * and {@code token.keys.generate}, which must not be set then. It is called by {@link #build},
   * which fails if it throws or returns null, and from then on every two seconds by a thread of its
   * own, so that keys can be rotated. If it throws or returns null then, the previous keys stay in
   * force and the failure is logged with its message, which must not contain a secret.
   */
  public TokenSecurityBuilder keys(Supplier<KeyRing> value) {
    suppliedKeys = value;
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
  TokenSecurityBuilder keys(ReloadingFile<KeyRing> value) {
    givenKeys = value;
    return this;
  }

  /** Sets the interval of file checks, for tests that wait for it. */
  TokenSecurityBuilder fileCheckInterval(Duration value) {
    fileCheckInterval = value;
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
    contextParams =
        ConfigurationSources.tokenParams(
            context.getInitParameterNames(), context::getInitParameter);
    contextPath = context.getContextPath();
    classLoader = ContainerObject.classLoaderOf(context);
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
        new Configuration(ConfigurationSources.of(settings.merged(wrong), contextParams), wrong);
    ComponentFactory factory = new ComponentFactory(configuration, classLoader, wrong);
    AuthenticatorFactory authenticatorFactory =
        new AuthenticatorFactory(configuration, classLoader, wrong);
    UnknownSettings unknown = factory.findUnknownSettings();
    new ConfigurationRules(configuration, wrong).check();
    SecureRandom random = new SecureRandom();
    String audience = factory.audience(contextPath);
    TrustedProxies proxies = factory.proxies();
    Authenticator checks =
        authenticator == null ? authenticatorFactory.configured() : authenticator;
    AccountRecheckPolicy recheck = authenticatorFactory.recheck(checks);
    Clock forward = new MonotonicClock(clock);
    ReloadableContent<KeyRing> keys = keys(factory, random, forward);
    TokenCodec codec =
        keys == null ? null : factory.codec(keys, audience, forward.instant(), random);
    TokenStore kept = store == null ? factory.store() : store;
    unknown.warnings().forEach(LOG::warn);
    if (keys == null || codec == null || kept == null || !wrong.isEmpty()) {
      throw new ConfigurationException(wrong);
    }
    OperatorLog operatorLog = new OperatorLog(Ticker.systemTicker()::read);
    BackgroundTasks backgroundTasks =
        new BackgroundTasks(
            "token-filter " + audience, SHUTDOWN_TIMEOUT, Ticker.systemTicker(), operatorLog);
    MemoryBudget memory = MemoryBudget.ofHeap(configuration.number(MEMORY_SHARE));
    Duration maxWait = configuration.duration(STORE_TIMEOUT);
    StoreCallMonitor callMonitor = new StoreCallMonitor(Ticker.systemTicker()::read, maxWait);
    TokenStore guarded =
        new GuardedTokenStore(kept, configuration.number(STORE_CONCURRENCY), maxWait, callMonitor);
    TokenStore background =
        new GuardedTokenStore(
            kept, BACKGROUND_CONCURRENCY + kept.shards() - 1, maxWait, callMonitor);
    CachePolicy cachePolicy = factory.cachePolicy();
    TokenService service =
        new TokenService(
            guarded,
            background,
            codec,
            factory.policy(),
            audience,
            cachePolicy,
            new ServiceEnvironment(
                forward,
                Ticker.systemTicker()::read,
                random,
                backgroundTasks.boundedExecutor("listeners", memory.events()),
                operatorLog,
                memory),
            listeners,
            recheck);
    backgroundTasks.scheduleWithFixedDelay("uses", service::flushRenewals, RENEWAL_FLUSH_INTERVAL);
    if (!cachePolicy.revocationLag().isZero()) {
      service.onHint(
          backgroundTasks.scheduleAtFixedRate(
              "ends", service::pollRevocations, cachePolicy.revocationLag().dividedBy(2)));
    }
    Supplier<Optional<Throwable>> sweeper =
        service.sweeper(
            background,
            forward,
            configuration.duration(RETENTION),
            configuration.number(SWEEP_BATCH));
    backgroundTasks.scheduleWithFixedDelay(
        "sweep", sweeper::get, configuration.duration(SWEEP_INTERVAL));
    if (givenKeys == null) {
      backgroundTasks.scheduleWithFixedDelay("keys", keys::check, fileCheckInterval);
    }
    if (checks instanceof ReloadingPasswords passwords) {
      backgroundTasks.scheduleWithFixedDelay(
          "accounts", passwords.file()::check, fileCheckInterval);
    }
    logSettings(configuration, factory.effectiveSettings(), audience);
    TokenSecurity security =
        new TokenSecurity(
            configuration,
            service,
            callMonitor,
            backgroundTasks::tasks,
            keys,
            forward,
            Ticker.systemTicker()::read,
            operatorLog,
            new Problems(audience, configuration.duration(LOGIN_WINDOW)),
            new CrossSiteGuard(configuration.texts(ORIGINS), proxies),
            proxies,
            checks == null
                ? null
                : loginService(
                    configuration,
                    checks,
                    authenticatorFactory.maxConcurrentLogins(checks),
                    new LoginWarnings(operatorLog),
                    service,
                    random),
            ownedResources(kept, service, checks, backgroundTasks));
    backgroundTasks.scheduleWithFixedDelay(
        "closings", security.revocationRetries(), REVOCATION_RETRY_INTERVAL);
    if (application != null) {
      security.share(application);
    }
    return security;
  }

  private @Nullable ReloadableContent<KeyRing> keys(
      ComponentFactory factory, SecureRandom random, Clock forward) {
    if (givenKeys != null) {
      return givenKeys;
    }
    return suppliedKeys == null
        ? factory.keys(random, forward.instant())
        : factory.keys(suppliedKeys);
  }

  /** Returns the resources to close with the security, the last one first, without given ones. */
  private List<AutoCloseable> ownedResources(
      TokenStore kept,
      TokenService service,
      @Nullable Authenticator checks,
      BackgroundTasks backgroundTasks) {
    List<AutoCloseable> ours = new ArrayList<>();
    if (store == null) {
      ours.add(kept);
    }
    if (authenticator == null && checks instanceof AutoCloseable closeable) {
      ours.add(closeable);
    }
    ours.add(service::shutdown);
    ours.add(backgroundTasks);
    return ours;
  }

  private static LoginService loginService(
      Configuration configuration,
      Authenticator checks,
      int atOnce,
      LoginWarnings warnings,
      TokenService service,
      SecureRandom random) {
    return new LoginService(
        checks,
        new LoginThrottle(
            configuration.number(LOGIN_FAILURES),
            configuration.duration(LOGIN_WINDOW),
            Ticker.systemTicker()),
        new LoginService.Capacity(atOnce, configuration.number(LOGIN_WAITING)),
        (name, refused, client) -> {
          warnings.loginFailed(name, refused, client);
          service.loginFailed(name, refused.rejection(), client);
        },
        random,
        Ticker.systemTicker());
  }

  private void logSettings(Configuration configuration, String effective, String audience) {
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
