package org.tokenfilter.config;

import static java.util.regex.Matcher.quoteReplacement;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The masking of a store's settings in logs and messages. Everything that may contain a secret is
 * masked; of a URL, driver, host and database remain.
 */
final class SettingMasker {

  private static final String MASK = "***";

  private static final Pattern SECRET_NAME =
      Pattern.compile("pass|pwd|secret|credential|key|token", Pattern.CASE_INSENSITIVE);

  /** A secret inside a value, such as {@code a=b;password=c}. */
  private static final Pattern SECRET_IN_TEXT =
      Pattern.compile(
          "(?:pass|pwd|secret|credential|token|key)\\w*\\s*[=:]", Pattern.CASE_INSENSITIVE);

  private static final Pattern URL =
      Pattern.compile("(?:jdbc:|\\w[\\w+.-]*://)", Pattern.CASE_INSENSITIVE);

  /** Shorter values may occur in any message by chance. */
  private static final int MIN_REPEATED_LENGTH = 4;

  private static final Pattern URL_IN_TEXT =
      Pattern.compile("jdbc:[^\\s\"']*[^\\s\"',.:]", Pattern.CASE_INSENSITIVE);

  private static final Pattern PASSWORD_IN_TEXT =
      Pattern.compile("((?:pass|pwd|secret)\\w*\\s*=\\s*)\\S+", Pattern.CASE_INSENSITIVE);

  private static final String HOST = "(?:[\\w.-]+|\\[[\\p{XDigit}:.]+])(?::\\d{1,5})?";
  private static final String HOSTS = "//" + HOST + "(?:," + HOST + ")*";
  private static final String DATABASE = "/[\\w.$-]*";

  /** The prefix of a URL with driver, host and database, which cannot contain a secret. */
  private static final Pattern SAFE_URL_PREFIX =
      Pattern.compile(
          "jdbc:(?:postgresql|mysql|mariadb|mysql\\+srv)(?::(?:replication|loadbalance|sequential))?:"
              + (HOSTS + "(?:" + DATABASE + ")?")
              + "|jdbc:postgresql:[\\w.$-]+"
              + "|jdbc:h2:(?:(?:tcp|ssl):"
              + HOSTS
              + ")?[^;?@&=()\\r\\n]+"
              + "|jdbc:oracle:thin:@"
              + (HOSTS + "(?:" + DATABASE + ")?")
              + "|(?:jdbc:)?\\w[\\w+.-]*:"
              + HOSTS,
          Pattern.CASE_INSENSITIVE);

  private static final Pattern DRIVER =
      Pattern.compile("(?:jdbc:)?\\w[\\w+.-]*:", Pattern.CASE_INSENSITIVE);

  private SettingMasker() {}

  /** Returns the value with everything masked that may be a secret. */
  static String mask(String name, String value) {
    if (SECRET_NAME.matcher(name).find() && !name.endsWith("-file")) {
      return MASK;
    }
    if (URL.matcher(value.strip()).lookingAt()) {
      return maskUrl(value.strip());
    }
    return SECRET_IN_TEXT.matcher(value).find() || value.indexOf('@') >= 0 ? MASK : value;
  }

  /**
   * Masks a message of a store or a driver, which may repeat settings.
   *
   * @param settings the settings that may be repeated, by name
   */
  static String maskMessage(String message, Map<String, String> settings) {
    String shown = message;
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      String value = setting.getValue();
      if (value.length() >= MIN_REPEATED_LENGTH) {
        shown = shown.replace(value, mask(setting.getKey(), value));
      }
    }
    shown = URL_IN_TEXT.matcher(shown).replaceAll(url -> quoteReplacement(maskUrl(url.group())));
    return PASSWORD_IN_TEXT.matcher(shown).replaceAll("$1" + quoteReplacement(MASK));
  }

  private static String maskUrl(String url) {
    // The text before an @ may be a password, which may contain anything, even an @.
    int at = url.indexOf('@');
    boolean ofOracle = url.toLowerCase(Locale.ROOT).startsWith("jdbc:oracle:thin:@");
    boolean free = at < 0 || (ofOracle && url.indexOf('@', at + 1) < 0);
    Matcher place = SAFE_URL_PREFIX.matcher(url);
    if (free && place.lookingAt() && isDelimitedAt(url, place.end())) {
      return place.end() == url.length() ? url : place.group() + MASK;
    }
    Matcher driver = DRIVER.matcher(url);
    return driver.lookingAt() ? driver.group() + MASK : MASK;
  }

  /** Returns true if a name ends at the index, and is not the start of something else. */
  private static boolean isDelimitedAt(String url, int index) {
    return index == url.length() || "/?;*".indexOf(url.charAt(index)) >= 0;
  }
}
