package org.tokenfilter.config;

import static org.tokenfilter.config.ConfigurationKey.AUDIENCE;
import static org.tokenfilter.config.ConfigurationKey.BINDING;
import static org.tokenfilter.config.ConfigurationKey.CLIENT_LIFETIME;
import static org.tokenfilter.config.ConfigurationKey.ENCRYPTION;
import static org.tokenfilter.config.ConfigurationKey.IDLE_TIMEOUT;
import static org.tokenfilter.config.ConfigurationKey.KEYS_FILE;
import static org.tokenfilter.config.ConfigurationKey.KEYS_GENERATE;
import static org.tokenfilter.config.ConfigurationKey.MAX_LIFETIME;
import static org.tokenfilter.config.ConfigurationKey.OPEN_ALLOW_UNLIMITED;
import static org.tokenfilter.config.ConfigurationKey.OPEN_MAX_LIFETIME;
import static org.tokenfilter.config.ConfigurationKey.REFRESH_GRACE;
import static org.tokenfilter.config.ConfigurationKey.REFRESH_REPLAY;
import static org.tokenfilter.config.ConfigurationKey.RENEWAL_INTERVAL;
import static org.tokenfilter.config.ConfigurationKey.RETENTION;
import static org.tokenfilter.config.ConfigurationKey.REVOCATION_LAG;
import static org.tokenfilter.config.ConfigurationKey.SESSIONS_LIMIT;
import static org.tokenfilter.config.ConfigurationKey.SESSIONS_POLICY;
import static org.tokenfilter.config.ConfigurationKey.STORE;
import static org.tokenfilter.config.ConfigurationKey.STORE_TIMEOUT;
import static org.tokenfilter.config.ConfigurationKey.TRUSTED_PROXIES;
import static org.tokenfilter.config.ConfigurationKey.USER_IDLE_TIMEOUT;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.carrier.TrustedProxies;
import org.tokenfilter.codec.JweTokenCodec;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.JwkSetFile;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.policy.TokenPolicy.Binding;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.TokenStoreProvider;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A factory of components from the settings. If a component cannot be created, its method adds the
 * reason to the problems and returns null.
 */
final class ComponentFactory {

  private static final Logger LOG = LoggerFactory.getLogger("org.tokenfilter.config.TokenSecurity");

  private static final String CANNOT_OPEN_STORE = "The store {} cannot be opened";

  private final Configuration settings;
  private final ClassLoader loader;
  private final List<String> problems;

  /** Looked up once, since the lookup reads every jar on the class loader's path. */
  private @Nullable SortedMap<String, TokenStoreProvider> providers;

  ComponentFactory(Configuration settings, ClassLoader loader, List<String> problems) {
    this.settings = settings;
    this.loader = loader;
    this.problems = problems;
  }

  @Nullable ReloadingFile<KeyRing> keys(SecureRandom random, Instant now) {
    if (!settings.has(KEYS_FILE)) {
      problems.add(KEYS_FILE.key() + " must be set: " + KEYS_FILE.description());
      return null;
    }
    Path file = settings.path(KEYS_FILE);
    try {
      if (settings.flag(KEYS_GENERATE)) {
        JwkSetFile.readOrCreate(
            file, ContentEncryption.of(settings.string(ENCRYPTION)), random, now);
      }
      return new ReloadingFile<>(file, JwkSetFile::read);
    } catch (NoSuchFileException e) {
      problems.add(
          "the key file " + file + " is missing; " + KEYS_GENERATE.key() + "=true creates it");
    } catch (IllegalArgumentException e) {
      problems.add("the " + e.getMessage());
    } catch (IOException e) {
      problems.add("the key file " + file + " cannot be read: " + e);
    }
    return null;
  }

  /** Asks the application's supplier for the keys, instead of the key file. */
  @Nullable SuppliedKeys keys(Supplier<KeyRing> supplier) {
    if (settings.has(KEYS_FILE) || settings.flag(KEYS_GENERATE)) {
      problems.add(
          "%s and %s must not be set, since the application supplies the keys by keys(...)"
              .formatted(KEYS_FILE.key(), KEYS_GENERATE.key()));
      return null;
    }
    try {
      return new SuppliedKeys(supplier);
    } catch (Exception | LinkageError e) {
      problems.add("the supplier of the keys, given by keys(...), failed: " + e);
      return null;
    }
  }

  /**
   * Creates the codec that encrypts and decrypts tokens with these keys. The codec is tried once
   * before it is returned, so that a platform without the needed cryptography, or one that loads it
   * slowly, is noticed at the start and not by a request.
   */
  @Nullable TokenCodec codec(
      Supplier<KeyRing> keys, String audience, Instant now, SecureRandom random) {
    try {
      TokenCodec codec = new JweTokenCodec(keys, audience, random);
      verifyRoundTrip(codec, audience, now);
      return codec;
    } catch (TokenRejectedException | RuntimeException | LinkageError e) {
      problems.add("no token can be written and read back on this platform: " + e);
      return null;
    }
  }

  static void verifyRoundTrip(TokenCodec codec, String audience, Instant now)
      throws TokenRejectedException {
    TokenId tokenId = TokenId.of(new byte[TokenId.LENGTH]);
    TokenClaims claims = new TokenClaims(tokenId, TokenKind.OPEN, audience, now, null);
    if (!codec.decode(codec.encode(claims)).equals(claims)) {
      throw new IllegalStateException("the decoded claims differ from the encoded claims");
    }
  }

  /** Finds unknown keys, which requires the settings of all installed stores. */
  UnknownSettings findUnknownSettings() {
    Map<String, Set<String>> known = new TreeMap<>();
    providers().forEach((name, provider) -> known.put(name, provider.settings()));
    UnknownSettings unknown = settings.unknownSettings(known);
    unknown.addProblems(problems);
    return unknown;
  }

  /** Opens the store; returns null if it cannot be opened or if there are other problems. */
  @Nullable TokenStore store() {
    String name = settings.string(STORE);
    TokenStoreProvider provider = providers().get(name);
    if (provider == null) {
      problems.add(
          STORE.key() + "=" + name + " is not installed; installed are " + providers().keySet());
    }
    return provider == null || !problems.isEmpty() ? null : openStore(name, provider);
  }

  private SortedMap<String, TokenStoreProvider> providers() {
    if (providers == null) {
      try {
        providers = TokenStoreProvider.installed(loader);
      } catch (IllegalStateException e) {
        throw new ConfigurationException(List.of(String.valueOf(e.getMessage())));
      }
    }
    return providers;
  }

  private @Nullable TokenStore openStore(String name, TokenStoreProvider provider) {
    Map<String, String> own = new HashMap<>(settings.storeSettings(name, provider.settings()));
    own.put("timeout", settings.duration(STORE_TIMEOUT).toString());
    own.put("retention", settings.duration(RETENTION).toString());
    try {
      TokenStore opened = provider.open(Map.copyOf(own));
      if (opened == null) {
        problems.add("the store " + name + " cannot be opened: its provider returned null");
      }
      return opened;
    } catch (IllegalArgumentException | TokenStoreException e) {
      problems.add(cannotOpenStore(name, String.valueOf(e.getMessage()), own));
      if (e.getCause() != null) {
        LOG.error(CANNOT_OPEN_STORE, name, MaskedFailure.of(e, own));
      }
    } catch (RuntimeException | LinkageError broken) {
      // A plugin may throw anything; a missing driver is a LinkageError.
      problems.add(cannotOpenStore(name, broken.toString(), own));
      LOG.error(CANNOT_OPEN_STORE, name, MaskedFailure.of(broken, own));
    }
    return null;
  }

  private static String cannotOpenStore(String name, String why, Map<String, String> settings) {
    return "the store " + name + " cannot be opened: " + SettingMasker.maskMessage(why, settings);
  }

  /** Returns the settings in force, one per line, with secrets masked. */
  String effectiveSettings() {
    String name = settings.string(STORE);
    TokenStoreProvider provider = providers().get(name);
    return settings.describeEffective(name, provider == null ? Set.of() : provider.settings());
  }

  TokenPolicy policy() {
    int most = settings.number(SESSIONS_LIMIT);
    return TokenPolicy.builder()
        .sessionIdleTimeout(settings.duration(IDLE_TIMEOUT))
        .userIdleTimeout(settings.duration(USER_IDLE_TIMEOUT))
        .absoluteTimeout(settings.duration(MAX_LIFETIME))
        .openMaxLifetime(settings.duration(OPEN_MAX_LIFETIME))
        .openUnlimited(settings.flag(OPEN_ALLOW_UNLIMITED))
        .clientLifetime(settings.duration(CLIENT_LIFETIME))
        .refreshGrace(settings.duration(REFRESH_GRACE))
        .reusePolicy(settings.value(REFRESH_REPLAY, TokenPolicy.ReusePolicy.class))
        .sessionLimit(
            most == 0
                ? Limit.NONE
                : new Limit(most, settings.value(SESSIONS_POLICY, Limit.Policy.class)))
        .binding(settings.value(BINDING, Binding.class))
        .build();
  }

  CachePolicy cachePolicy() {
    return new CachePolicy(
        settings.duration(REVOCATION_LAG),
        settings.has(RENEWAL_INTERVAL) ? settings.duration(RENEWAL_INTERVAL) : null,
        settings.duration(STORE_TIMEOUT));
  }

  /** Creates the client address resolver; without trusted proxies if the setting is invalid. */
  TrustedProxies proxies() {
    try {
      return new TrustedProxies(
          List.copyOf(settings.texts(TRUSTED_PROXIES)),
          settings.value(BINDING, Binding.class) == Binding.OFF);
    } catch (IllegalArgumentException e) {
      problems.add(TRUSTED_PROXIES.key() + ": " + e.getMessage());
      return new TrustedProxies(List.of());
    }
  }

  /** Returns the audience of the application's tokens: the setting, or the context path. */
  String audience(String contextPath) {
    if (settings.has(AUDIENCE)) {
      return settings.string(AUDIENCE);
    }
    String fallback = contextPath.isEmpty() ? "ROOT" : contextPath;
    try {
      AUDIENCE.parse(fallback);
    } catch (IllegalArgumentException e) {
      problems.add(
          AUDIENCE.key() + " must be set: the context path is not a valid audience: " + fallback);
    }
    return fallback;
  }
}
