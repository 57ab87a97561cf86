package org.tokenfilter.config;

import jakarta.servlet.ServletContext;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.CrossSiteGuard;
import org.tokenfilter.carrier.Problems;
import org.tokenfilter.codec.JweTokenCodec;
import org.tokenfilter.codec.KeyRing;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.LoginDesk;
import org.tokenfilter.service.ForwardClock;
import org.tokenfilter.service.Sweeper;
import org.tokenfilter.service.TokenListener;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.store.TokenStore;

/**
 * Builds a {@link TokenSecurity} in code. What is not given is made from the settings. Not
 * thread-safe.
 */
public final class TokenSecurityBuilder {

  private static final Logger LOG = LoggerFactory.getLogger(TokenSecurity.class);

  private final Map<String, String> settings = new HashMap<>();
  private final List<TokenListener> listeners = new ArrayList<>();
  private Map<String, String> contextParams = Map.of();
  private String contextPath = "";
  private ClassLoader classLoader = TokenSecurity.class.getClassLoader();
  private Clock clock = Clock.systemUTC();
  private @Nullable TokenStore store;
  private @Nullable Authenticator authenticator;

  TokenSecurityBuilder() {}

  /**
   * Sets a key, such as {@code token.idle-timeout}; system properties and environment override it.
   */
  public TokenSecurityBuilder setting(String key, String value) {
    settings.put(key, value);
    return this;
  }

  /** Sets many keys. */
  public TokenSecurityBuilder settings(Map<String, String> values) {
    settings.putAll(values);
    return this;
  }

  /** The store, which stays the caller's to close; instead of the setting {@code token.store}. */
  public TokenSecurityBuilder store(TokenStore value) {
    store = value;
    return this;
  }

  /** Who checks passwords, instead of the setting {@code token.credentials}. */
  public TokenSecurityBuilder authenticator(Authenticator value) {
    authenticator = value;
    return this;
  }

  /** One more who hears what happens to tokens. */
  public TokenSecurityBuilder listener(TokenListener value) {
    listeners.add(value);
    return this;
  }

  /** The clock that judges, for tests. */
  public TokenSecurityBuilder clock(Clock value) {
    clock = value;
    return this;
  }

  /**
   * The application that it is for: its context-params are settings, its path is the default of
   * {@code token.audience}, and its class loader sees the store providers. Without it the default
   * audience is ROOT, and those are seen that stand beside this library.
   */
  public TokenSecurityBuilder context(ServletContext context) {
    contextParams = Participant.params(context.getInitParameterNames(), context::getInitParameter);
    contextPath = context.getContextPath();
    classLoader = Participant.loaderOf(context);
    return this;
  }

  /**
   * Puts everything together and starts it.
   *
   * @throws ConfigurationException if settings are wrong; lists every mistake
   */
  public TokenSecurity build() {
    List<String> wrong = new ArrayList<>();
    Configuration configuration =
        new Configuration(ConfigurationSources.of(settings, contextParams), wrong);
    Assembly assembly = new Assembly(configuration, classLoader, wrong);
    SecureRandom random = new SecureRandom();
    assembly.requireKnown();
    assembly.requireConsistency();
    Authenticator checks = authenticator == null ? assembly.authenticator() : authenticator;
    KeyRing keys = assembly.keys(random);
    TokenStore kept = store == null ? assembly.store() : store;
    if (keys == null || kept == null || !wrong.isEmpty()) {
      throw new ConfigurationException(wrong);
    }
    return start(configuration, assembly, checks, keys, kept, random);
  }

  private TokenSecurity start(
      Configuration configuration,
      Assembly assembly,
      @Nullable Authenticator checks,
      KeyRing keys,
      TokenStore kept,
      SecureRandom random) {
    String audience = assembly.audience(contextPath);
    Clock forward = new ForwardClock(clock);
    TokenService service =
        new TokenService(
            kept,
            new JweTokenCodec(() -> keys, audience, random),
            assembly.policy(),
            audience,
            forward,
            random,
            listeners);
    Sweeper sweeper =
        new Sweeper(
            kept,
            service,
            forward,
            configuration.duration(ConfigurationKey.RETENTION),
            configuration.number(ConfigurationKey.SWEEP_BATCH));
    List<AutoCloseable> parts = new ArrayList<>();
    if (store == null) {
      parts.add(kept);
    }
    parts.add(
        new Ticker(
            "token-filter " + audience,
            sweeper,
            configuration.duration(ConfigurationKey.SWEEP_INTERVAL)));
    LOG.info("Tokens for {}: {}", audience, configuration);
    if (store == null && configuration.string(ConfigurationKey.STORE).equals("memory")) {
      LOG.warn("Tokens are kept in memory: for one node alone, and lost at a restart");
    }
    if (configuration.duration(ConfigurationKey.MAX_LIFETIME).isZero()) {
      LOG.warn(
          "{} is off: a session lives for as long as it is used",
          ConfigurationKey.MAX_LIFETIME.key());
    }
    return new TokenSecurity(
        configuration,
        service,
        new Problems(audience),
        new CrossSiteGuard(origins(configuration)),
        checks == null ? null : new LoginDesk(checks),
        parts);
  }

  private static Set<String> origins(Configuration configuration) {
    Set<String> origins = new HashSet<>();
    configuration.list(ConfigurationKey.ORIGINS).forEach(origin -> origins.add((String) origin));
    return origins;
  }
}
