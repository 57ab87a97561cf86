package org.tokenfilter.config;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.CookieWriter;
import org.tokenfilter.carrier.SessionHeader;
import org.tokenfilter.carrier.TokenExtractor;
import org.tokenfilter.carrier.TrustedProxies;
import org.tokenfilter.config.ConfigurationKey.Carrier;

/**
 * The transport of tokens in requests and responses, by the settings of one filter or servlet or by
 * those of several together.
 */
final class TokenTransport {

  private final Configuration settings;
  private final TrustedProxies proxies;
  private final Set<Carrier> carriers;
  private final SessionHeader sessionHeader;
  private final TokenExtractor extractor;
  private final CookieWriter cookies;

  TokenTransport(Configuration settings, TrustedProxies proxies) {
    this(settings, proxies, carriers(settings));
  }

  private TokenTransport(Configuration settings, TrustedProxies proxies, Set<Carrier> carriers) {
    this.settings = settings;
    this.proxies = proxies;
    this.carriers = carriers;
    boolean byCookie = carriers.contains(Carrier.COOKIE);
    @Nullable String tokenCookie = byCookie ? settings.string(ConfigurationKey.COOKIE) : null;
    String sessionCookie = settings.string(ConfigurationKey.SESSION_COOKIE);
    sessionHeader = new SessionHeader(settings.string(ConfigurationKey.SESSION_HEADER));
    extractor =
        new TokenExtractor(
            carriers.contains(Carrier.BEARER),
            tokenCookie,
            sessionCookie,
            sessionHeader.name(),
            proxies);
    CookieWriter writer =
        new CookieWriter(
                tokenCookie,
                sessionCookie,
                settings.value(ConfigurationKey.COOKIE_SECURE, CookieWriter.Secure.class),
                settings.string(ConfigurationKey.COOKIE_SAME_SITE),
                settings.text(ConfigurationKey.COOKIE_PATH),
                proxies)
            .withMaxAge(settings.duration(ConfigurationKey.COOKIE_MAX_AGE));
    cookies = settings.flag(ConfigurationKey.COOKIE_PARTITIONED) ? writer.partitioned() : writer;
  }

  private static Set<Carrier> carriers(Configuration settings) {
    Set<Carrier> carriers = EnumSet.noneOf(Carrier.class);
    settings.list(ConfigurationKey.CARRIERS).forEach(carrier -> carriers.add((Carrier) carrier));
    return carriers;
  }

  /**
   * Returns a transport that accepts every carrier of both. Their other settings are the same in
   * the whole application.
   */
  TokenTransport combinedWith(TokenTransport other) {
    Set<Carrier> both = EnumSet.copyOf(carriers);
    both.addAll(other.carriers);
    return new TokenTransport(settings, proxies, both);
  }

  TokenExtractor extractor() {
    return extractor;
  }

  SessionHeader sessionHeader() {
    return sessionHeader;
  }

  CookieWriter cookies() {
    return cookies;
  }

  boolean cookiesEnabled() {
    return carriers.contains(Carrier.COOKIE);
  }
}
