package org.tokenfilter.config;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Carrier;
import org.tokenfilter.carrier.CookieWriter;
import org.tokenfilter.carrier.CrossSiteGuard;
import org.tokenfilter.carrier.SessionHeader;
import org.tokenfilter.carrier.TokenTransport;
import org.tokenfilter.carrier.TrustedProxies;

/** The settings of one registered filter or servlet of this library. Immutable. */
public final class RegistrationSettings {

  private final Configuration settings;

  RegistrationSettings(Configuration settings) {
    this.settings = settings;
  }

  /** Creates the transport of tokens by these settings. */
  TokenTransport transport(TrustedProxies proxies, CrossSiteGuard guard) {
    Set<Carrier> carriers = EnumSet.noneOf(Carrier.class);
    settings.list(ConfigurationKey.CARRIERS).forEach(carrier -> carriers.add((Carrier) carrier));
    CookieWriter cookies =
        new CookieWriter(
                settings.string(ConfigurationKey.COOKIE),
                settings.string(ConfigurationKey.SESSION_COOKIE),
                settings.value(ConfigurationKey.COOKIE_SECURE, CookieWriter.Secure.class),
                settings.string(ConfigurationKey.COOKIE_SAME_SITE),
                settings.text(ConfigurationKey.COOKIE_PATH),
                proxies)
            .withMaxAge(settings.duration(ConfigurationKey.COOKIE_MAX_AGE));
    return new TokenTransport(
        carriers,
        settings.flag(ConfigurationKey.COOKIE_PARTITIONED) ? cookies.partitioned() : cookies,
        new SessionHeader(settings.string(ConfigurationKey.SESSION_HEADER)),
        proxies,
        guard);
  }

  /** Returns the paths that need no token, exact or ending with {@code /*}. */
  public Set<String> publicPaths() {
    return settings.texts(ConfigurationKey.PATHS_PUBLIC);
  }

  /** Returns the paths that do not renew tokens, exact or ending with {@code /*}. */
  public Set<String> passivePaths() {
    return settings.texts(ConfigurationKey.PATHS_PASSIVE);
  }

  /** Returns the paths at which user tokens use sessions, exact or ending with {@code /*}. */
  public Set<String> gatewayPaths() {
    return settings.texts(ConfigurationKey.GATEWAY_PATHS);
  }

  /** Returns the path of the login page within the application; null if there is none. */
  public @Nullable String loginPage() {
    return settings.text(ConfigurationKey.LOGIN_PAGE);
  }

  /** Returns true if error responses are the application's error pages. */
  public boolean usesErrorPages() {
    return settings.value(ConfigurationKey.REFUSALS, RefusalStyle.class) == RefusalStyle.ERROR_PAGE;
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
}
