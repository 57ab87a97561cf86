package org.tokenfilter.config;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.CookieWriter;
import org.tokenfilter.carrier.TokenCarrier;
import org.tokenfilter.carrier.TrustedProxies;
import org.tokenfilter.config.ConfigurationKey.Carrier;

/** How tokens travel here, both ways, by the settings of one filter or servlet. */
final class Carriage {

  private final TokenCarrier carrier;
  private final CookieWriter cookies;
  private final boolean byCookie;

  Carriage(Configuration settings, TrustedProxies proxies) {
    List<?> carriers = settings.list(ConfigurationKey.CARRIERS);
    byCookie = carriers.contains(Carrier.COOKIE);
    @Nullable String tokenCookie = byCookie ? settings.string(ConfigurationKey.COOKIE) : null;
    String sessionCookie = settings.string(ConfigurationKey.SESSION_COOKIE);
    carrier =
        new TokenCarrier(
            carriers.contains(Carrier.BEARER),
            tokenCookie,
            sessionCookie,
            settings.string(ConfigurationKey.SESSION_HEADER),
            proxies);
    cookies =
        new CookieWriter(
            tokenCookie,
            sessionCookie,
            settings.value(ConfigurationKey.COOKIE_SECURE, CookieWriter.Secure.class),
            settings.string(ConfigurationKey.COOKIE_SAME_SITE),
            settings.text(ConfigurationKey.COOKIE_PATH));
  }

  TokenCarrier carrier() {
    return carrier;
  }

  CookieWriter cookies() {
    return cookies;
  }

  boolean byCookie() {
    return byCookie;
  }
}
