package org.tokenfilter.config;

import static org.tokenfilter.config.ConfigurationKey.CARRIERS;
import static org.tokenfilter.config.ConfigurationKey.CLIENT_LIFETIME;
import static org.tokenfilter.config.ConfigurationKey.COOKIE;
import static org.tokenfilter.config.ConfigurationKey.COOKIE_PARTITIONED;
import static org.tokenfilter.config.ConfigurationKey.COOKIE_PATH;
import static org.tokenfilter.config.ConfigurationKey.COOKIE_SAME_SITE;
import static org.tokenfilter.config.ConfigurationKey.COOKIE_SECURE;
import static org.tokenfilter.config.ConfigurationKey.IDLE_TIMEOUT;
import static org.tokenfilter.config.ConfigurationKey.MAX_LIFETIME;
import static org.tokenfilter.config.ConfigurationKey.MEMORY_SHARE;
import static org.tokenfilter.config.ConfigurationKey.OPEN_MAX_LIFETIME;
import static org.tokenfilter.config.ConfigurationKey.REFRESH_GRACE;
import static org.tokenfilter.config.ConfigurationKey.RETENTION;
import static org.tokenfilter.config.ConfigurationKey.REVOCATION_LAG;
import static org.tokenfilter.config.ConfigurationKey.SESSION_COOKIE;
import static org.tokenfilter.config.ConfigurationKey.SESSION_HEADER;
import static org.tokenfilter.config.ConfigurationKey.SUBJECT_RECHECK;
import static org.tokenfilter.config.ConfigurationKey.USER_IDLE_TIMEOUT;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.tokenfilter.carrier.CookieWriter;

/** The rules that settings, each valid by itself, must satisfy together. */
final class ConfigurationRules {

  private static final Set<String> RESERVED_HEADERS =
      Set.of(
          "authorization", "cookie", "host", "origin", "forwarded", "x-forwarded-for", "usertoken");

  private static final Duration MIN_LAG = Duration.ofMillis(100);
  private static final Duration MAX_LAG = Duration.ofSeconds(30);

  private static final Duration MIN_RECHECK = Duration.ofSeconds(1);

  private static final int MAX_SHARE = 80;

  private final Configuration settings;
  private final List<String> problems;

  /**
   * Creates the rules for these settings.
   *
   * @param problems receives a sentence for each contradiction
   */
  ConfigurationRules(Configuration settings, List<String> problems) {
    this.settings = settings;
    this.problems = problems;
  }

  void check() {
    checkNames();
    checkDurations();
    checkCookies();
    checkMemory();
  }

  private void checkNames() {
    String header = settings.string(SESSION_HEADER);
    if (RESERVED_HEADERS.contains(header.toLowerCase(Locale.ROOT))) {
      problems.add(
          SESSION_HEADER.key() + "=" + header + " is reserved; set the name of another header");
    }
    if (settings.list(CARRIERS).isEmpty()) {
      problems.add(CARRIERS.key() + " must not be empty: no request could carry a token");
    }
    if (settings.string(COOKIE).equals(settings.string(SESSION_COOKIE))) {
      boolean fallback = settings.isDefault(SESSION_COOKIE);
      problems.add(
          "%s=%s is the name of %s too%s"
              .formatted(
                  fallback ? COOKIE.key() : SESSION_COOKIE.key(),
                  settings.string(COOKIE),
                  fallback ? SESSION_COOKIE.key() : COOKIE.key(),
                  fallback || settings.isDefault(COOKIE) ? ", by default" : ""));
    }
  }

  private void checkDurations() {
    if (!settings.duration(MAX_LIFETIME).isZero()) {
      checkNotLonger(IDLE_TIMEOUT, MAX_LIFETIME);
      checkNotLonger(USER_IDLE_TIMEOUT, MAX_LIFETIME);
    }
    checkNotLonger(CLIENT_LIFETIME, OPEN_MAX_LIFETIME);
    // A longer retention costs space, but grants no access.
    if (!isNotLonger(REFRESH_GRACE, RETENTION)
        && !settings.adjust(
            RETENTION, settings.duration(REFRESH_GRACE).toString(), REFRESH_GRACE)) {
      checkNotLonger(REFRESH_GRACE, RETENTION);
    }
    checkLag();
    checkRecheck();
  }

  /** The store is polled twice per lag, and keeps revocations for at least a minute. */
  private void checkLag() {
    Duration lag = settings.duration(REVOCATION_LAG);
    if (!lag.isZero() && (lag.compareTo(MIN_LAG) < 0 || lag.compareTo(MAX_LAG) > 0)) {
      problems.add(
          "%s=%s must be PT0S or between %s and %s"
              .formatted(REVOCATION_LAG.key(), lag, MIN_LAG, MAX_LAG));
    }
  }

  /** Requests need the rest of the heap. */
  private void checkMemory() {
    int share = settings.number(MEMORY_SHARE);
    if (share > MAX_SHARE) {
      problems.add(
          "%s=%s must be at most %s: the application needs the rest of the heap"
              .formatted(MEMORY_SHARE.key(), share, MAX_SHARE));
    }
  }

  private void checkRecheck() {
    Duration recheck = settings.duration(SUBJECT_RECHECK);
    if (!recheck.isZero() && recheck.compareTo(MIN_RECHECK) < 0) {
      problems.add(
          "%s=%s must be PT0S or at least %s"
              .formatted(SUBJECT_RECHECK.key(), recheck, MIN_RECHECK));
    }
  }

  /**
   * Shortens a default that is too long. A default that is the limit is not raised, since that
   * would prolong lifetimes.
   */
  private void checkNotLonger(ConfigurationKey shorter, ConfigurationKey longer) {
    if (isNotLonger(shorter, longer)
        || settings.adjust(shorter, settings.duration(longer).toString(), longer)) {
      return;
    }
    problems.add(
        "%s is longer than %s%s"
            .formatted(
                describe(shorter),
                describe(longer),
                settings.isDefault(longer) ? ": set " + longer.key() + " too" : ""));
  }

  private boolean isNotLonger(ConfigurationKey shorter, ConfigurationKey longer) {
    return settings.duration(shorter).compareTo(settings.duration(longer)) <= 0;
  }

  private String describe(ConfigurationKey duration) {
    return "%s=%s%s"
        .formatted(
            duration.key(),
            settings.duration(duration),
            settings.isDefault(duration) ? " (the default)" : "");
  }

  private void checkCookies() {
    if (settings.string(COOKIE_SAME_SITE).equals("None") && !isSecure(COOKIE_SAME_SITE)) {
      problems.add(COOKIE_SAME_SITE.key() + "=None needs " + COOKIE_SECURE.key() + "=true");
    }
    if (settings.flag(COOKIE_PARTITIONED)
        && !(settings.string(COOKIE_SAME_SITE).equals("None") && isSecure(COOKIE_PARTITIONED))) {
      problems.add(
          "%s=true needs %s=true and %s=None: otherwise browsers do not send the cookie in"
                  .formatted(COOKIE_PARTITIONED.key(), COOKIE_SECURE.key(), COOKIE_SAME_SITE.key())
              + " frames of other sites");
    }
    boolean rootPath = "/".equals(settings.text(COOKIE_PATH));
    for (ConfigurationKey cookie : List.of(COOKIE, SESSION_COOKIE)) {
      // Browsers compare these prefixes case-insensitively (RFC 6265bis, 4.1.3).
      String name = settings.string(cookie).toLowerCase(Locale.ROOT);
      boolean host = name.startsWith("__host-");
      boolean needy = host || name.startsWith("__secure-");
      if (needy && !(isSecure(cookie) && (rootPath || !host))) {
        problems.add(
            "%s=%s needs %s=true%s, or browsers refuse it"
                .formatted(
                    cookie.key(),
                    settings.string(cookie),
                    COOKIE_SECURE.key(),
                    host ? " and " + COOKIE_PATH.key() + "=/" : ""));
      }
    }
  }

  /** Returns true if cookies are Secure; adjusts the default to true if it is not set. */
  private boolean isSecure(ConfigurationKey needy) {
    return settings.value(COOKIE_SECURE, CookieWriter.Secure.class) == CookieWriter.Secure.TRUE
        || settings.adjust(COOKIE_SECURE, "true", needy);
  }
}
