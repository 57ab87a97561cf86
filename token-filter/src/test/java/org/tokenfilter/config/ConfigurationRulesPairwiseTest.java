package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.tokenfilter.config.ConfigurationKey.CLIENT_LIFETIME;
import static org.tokenfilter.config.ConfigurationKey.IDLE_TIMEOUT;
import static org.tokenfilter.config.ConfigurationKey.MAX_LIFETIME;
import static org.tokenfilter.config.ConfigurationKey.OPEN_MAX_LIFETIME;
import static org.tokenfilter.config.ConfigurationKey.REFRESH_GRACE;
import static org.tokenfilter.config.ConfigurationKey.RETENTION;
import static org.tokenfilter.config.ConfigurationKey.USER_IDLE_TIMEOUT;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.testsupport.Accounts;

/**
 * All settings that are numbers or durations, alone and in pairs, with values around all defaults
 * and bounds. Either they are in force as set, and a contradicted default is adjusted, or the start
 * is refused by a message that names both keys and marks the default, if one is.
 */
final class ConfigurationRulesPairwiseTest {

  private static final long SEED = 20_261_130;
  private static final int PAIRS = 5_000;
  private static final int STARTED_SAMPLES = 30;

  /** Settings with limits of their own, regardless of other settings. */
  private static final Set<ConfigurationKey> WITH_OWN_LIMITS =
      Set.of(
          ConfigurationKey.REVOCATION_LAG,
          ConfigurationKey.SUBJECT_RECHECK,
          ConfigurationKey.MEMORY_SHARE);

  private static final List<ConfigurationKey> DURATIONS = keys(Duration.class);
  private static final List<ConfigurationKey> NUMBERS = keys(Integer.class);

  /** A duration that must not exceed another one, unless that is 0 for no limit. */
  private record UpperBound(ConfigurationKey lower, ConfigurationKey upper) {

    boolean holds(Duration left, Duration right) {
      return left.compareTo(right) <= 0 || (upper == MAX_LIFETIME && right.isZero());
    }

    boolean holds(Configuration settings) {
      return holds(settings.duration(lower), settings.duration(upper));
    }
  }

  private static final List<UpperBound> UPPER_BOUNDS =
      List.of(
          new UpperBound(IDLE_TIMEOUT, MAX_LIFETIME),
          new UpperBound(USER_IDLE_TIMEOUT, MAX_LIFETIME),
          new UpperBound(CLIENT_LIFETIME, OPEN_MAX_LIFETIME),
          new UpperBound(REFRESH_GRACE, RETENTION));

  /** Valid alone with any value, since the contradicted default may be adjusted. */
  private static final Set<ConfigurationKey> ALWAYS_VALID_ALONE =
      Set.of(OPEN_MAX_LIFETIME, REFRESH_GRACE, RETENTION);

  @TempDir private Path folder;

  /** The result of some settings. */
  private record Outcome(
      Map<ConfigurationKey, String> written, Configuration settings, List<String> problems) {

    static Outcome of(Map<ConfigurationKey, String> written) {
      List<String> problems = new ArrayList<>();
      Configuration settings =
          new Configuration(ConfigurationSources.of(texts(written), Map.of()), problems);
      if (problems.isEmpty()) {
        new ConfigurationRules(settings, problems).check();
      }
      return new Outcome(written, settings, problems);
    }

    static Map<String, String> texts(Map<ConfigurationKey, String> written) {
      return written.entrySet().stream()
          .collect(Collectors.toMap(set -> set.getKey().key(), Map.Entry::getValue));
    }

    boolean isMalformed() {
      return problems.stream().anyMatch(problem -> problem.contains(" is not a"));
    }

    void check() {
      if (isMalformed()) {
        return;
      }
      if (problems.isEmpty()) {
        assertThat(UPPER_BOUNDS).as("%s", written).allMatch(order -> order.holds(settings));
        written.forEach(
            (key, text) ->
                assertThat(settings.text(key)).as("%s of %s", key.key(), written).isEqualTo(text));
        for (ConfigurationKey key : ConfigurationKey.values()) {
          boolean changed = !Objects.equals(settings.text(key), key.defaultValue());
          if (changed && !written.containsKey(key)) {
            assertThat(isContradicted(key)).as("%s by %s", key.key(), written).isTrue();
          }
        }
      } else {
        assertThat(problems).as("%s", written).allSatisfy(this::assertNamesBothKeys);
      }
    }

    private boolean isContradicted(ConfigurationKey changed) {
      return UPPER_BOUNDS.stream()
          .filter(order -> order.lower() == changed || order.upper() == changed)
          .anyMatch(
              order ->
                  !order.holds(unadjustedValue(order.lower()), unadjustedValue(order.upper())));
    }

    /** Returns the value before any default is adjusted. */
    private Duration unadjustedValue(ConfigurationKey key) {
      return (Duration) key.parse(written.getOrDefault(key, String.valueOf(key.defaultValue())));
    }

    private void assertNamesBothKeys(String problem) {
      if (WITH_OWN_LIMITS.stream().anyMatch(key -> problem.startsWith(key.key() + "="))) {
        return;
      }
      List<ConfigurationKey> named =
          Arrays.stream(ConfigurationKey.values())
              .filter(key -> problem.contains(key.key() + "="))
              .toList();
      assertThat(named).as(problem).hasSize(2).containsAnyElementsOf(written.keySet());
      for (ConfigurationKey key : named) {
        String described = key.key() + "=" + settings.duration(key);
        assertThat(problem.contains(described + " (the default)"))
            .as("%s is a default in: %s", key.key(), problem)
            .isEqualTo(!written.containsKey(key));
      }
    }
  }

  @Test
  void eachSettingAloneIsAppliedOrExplained() {
    int started = 0;
    int all = 0;
    for (Map<ConfigurationKey, String> alone : allSingleSettings()) {
      Outcome outcome = Outcome.of(alone);
      outcome.check();
      if (ALWAYS_VALID_ALONE.containsAll(alone.keySet()) && !outcome.isMalformed()) {
        assertThat(outcome.problems()).as("%s", alone).isEmpty();
      }
      started += outcome.problems().isEmpty() ? 1 : 0;
      all++;
    }
    assertThat(all).isGreaterThan(600);
    assertThat(started).isBetween(all / 2, all - 1);
  }

  @Test
  void eachPairIsAppliedOrExplained() {
    Random random = new Random(SEED);
    List<Map<ConfigurationKey, String>> singles = allSingleSettings();
    int refused = 0;
    for (int i = 0; i < PAIRS; i++) {
      Map<ConfigurationKey, String> pair = new EnumMap<>(ConfigurationKey.class);
      pair.putAll(singles.get(random.nextInt(singles.size())));
      pair.putAll(singles.get(random.nextInt(singles.size())));
      Outcome outcome = Outcome.of(pair);
      outcome.check();
      refused += outcome.problems().isEmpty() ? 0 : 1;
    }
    assertThat(refused).isBetween(PAIRS / 20, PAIRS * 3 / 4);
  }

  /** Consistent settings pass all other checks of the start, too. */
  @Test
  void consistentSettingsStart() throws Exception {
    List<Map<ConfigurationKey, String>> singles = new ArrayList<>(allSingleSettings());
    singles.removeIf(alone -> !Outcome.of(alone).problems().isEmpty());
    Collections.shuffle(singles, new Random(SEED));
    Map<String, String> accounts = Accounts.settings(folder);
    for (Map<ConfigurationKey, String> alone : singles.subList(0, STARTED_SAMPLES)) {
      assertThatCode(
              () ->
                  TokenSecurity.builder()
                      .settings(accounts)
                      .settings(Outcome.texts(alone))
                      .build()
                      .close())
          .as("%s", alone)
          .doesNotThrowAnyException();
    }
  }

  private static List<Map<ConfigurationKey, String>> allSingleSettings() {
    List<Map<ConfigurationKey, String>> all = new ArrayList<>();
    Set<String> durations = new TreeSet<>(List.of("PT0S", "PT0.001S", "P36525D", "P36526D"));
    for (ConfigurationKey key : DURATIONS) {
      Duration fallback = (Duration) key.parse(String.valueOf(key.defaultValue()));
      for (Duration near :
          List.of(
              fallback.minusMillis(1),
              fallback,
              fallback.plusMillis(1),
              fallback.dividedBy(2),
              fallback.multipliedBy(3))) {
        durations.add(near.toString());
      }
    }
    Set<String> numbers = new TreeSet<>(List.of("0", "1", "2", "79", "80", "81", "999999999"));
    NUMBERS.forEach(key -> numbers.add(String.valueOf(key.defaultValue())));
    DURATIONS.forEach(key -> durations.forEach(value -> all.add(Map.of(key, value))));
    NUMBERS.forEach(key -> numbers.forEach(value -> all.add(Map.of(key, value))));
    return all;
  }

  private static List<ConfigurationKey> keys(Class<?> type) {
    return Arrays.stream(ConfigurationKey.values())
        .filter(key -> key.defaultValue() != null)
        .filter(key -> type.isInstance(key.parse(String.valueOf(key.defaultValue()))))
        .toList();
  }
}
