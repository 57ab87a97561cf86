package org.tokenfilter.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Names in the sources that look like settings but are not, mostly because they are misspelt. Those
 * in init-params and context-params stop the start. System properties and environment variables may
 * be meant for other programs, so that most of them only cause a warning.
 */
final class UnknownSettings {

  private static final String STORE_PREFIX = ConfigurationKey.STORE.key() + ".";

  private static final String COOKIE_DOMAIN = "token.cookie.domain";
  private static final String NO_COOKIE_DOMAIN =
      "by design: browsers send cookies with a Domain to all its hosts, and each host can overwrite"
          + " them. Serve applications that share a login at one host, or use one login per host";

  private final ConfigurationSources sources;
  private final Set<String> known = new TreeSet<>();

  /** The known keys, by the names of their environment variables. */
  private final Map<String, String> knownVariables = new TreeMap<>();

  private final Set<String> storePrefixes;
  private final NameSuggester suggester = new NameSuggester(known);

  /**
   * Compares the names in the sources with the known settings.
   *
   * @param stores the settings of each installed store provider, by the provider's name
   */
  UnknownSettings(ConfigurationSources sources, Map<String, Set<String>> stores) {
    this.sources = sources;
    Stream.of(ConfigurationKey.values()).map(ConfigurationKey::key).forEach(known::add);
    stores.forEach(
        (name, settings) ->
            settings.forEach(setting -> known.add(STORE_PREFIX + name + "." + setting)));
    known.forEach(key -> knownVariables.put(ConfigurationKey.environmentVariable(key), key));
    storePrefixes =
        stores.keySet().stream()
            .map(name -> STORE_PREFIX + name + ".")
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Reports the names that must be mistakes.
   *
   * @param problems receives a sentence for each
   */
  void addProblems(List<String> problems) {
    for (String key : sources.explicitKeys()) {
      if (!known.contains(key)) {
        problems.add("there is no setting " + key + suggestion(key, "; "));
      }
    }
    for (String name : unknownProperties()) {
      if (isStoreProperty(name)) {
        problems.add(
            "there is no setting %s, which is set as a system property%s"
                .formatted(name, suggestion(name, "; ")));
      }
    }
  }

  /** Returns a warning for each name that may be a mistake, without values, which may be secret. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (String name : unknownProperties()) {
      String meant = suggestion(name, ": ");
      if (!isStoreProperty(name) && !meant.isEmpty()) {
        warnings.add("The system property " + name + " is not a setting and has no effect" + meant);
      }
    }
    List<String> ofStores = new ArrayList<>();
    for (String name : unknownVariables()) {
      String meant = suggester.suggest(name).orElse(null);
      if (meant != null) {
        warnings.add(
            "The environment variable %s is not a setting and has no effect: did you mean %s?"
                .formatted(name, ConfigurationKey.environmentVariable(meant)));
      } else if (isStoreVariable(name)) {
        ofStores.add(name);
      }
    }
    if (!ofStores.isEmpty()) {
      warnings.add(
          "These environment variables are named like settings of a store, but are none and have no"
              + " effect: %s. Correct them, unless Kubernetes set them for a service of that name"
                  .formatted(String.join(", ", ofStores)));
    }
    return warnings;
  }

  private Set<String> unknownProperties() {
    return unknown(sources.properties(), known);
  }

  private Set<String> unknownVariables() {
    return unknown(sources.environment(), knownVariables.keySet());
  }

  private static Set<String> unknown(ConfigurationSources.NamedValues values, Set<String> known) {
    Set<String> unknown = new TreeSet<>(values.names().get());
    unknown.removeIf(name -> !NameSuggester.looksLikeSetting(name) || known.contains(name));
    return unknown;
  }

  private boolean isStoreProperty(String key) {
    return storePrefixes.stream().anyMatch(key::startsWith);
  }

  private boolean isStoreVariable(String name) {
    return storePrefixes.stream()
        .anyMatch(prefix -> name.startsWith(ConfigurationKey.environmentVariable(prefix)));
  }

  private String suggestion(String key, String before) {
    if (key.equals(COOKIE_DOMAIN)) {
      return before + NO_COOKIE_DOMAIN;
    }
    return suggester.suggest(key).map(meant -> before + "did you mean " + meant + "?").orElse("");
  }
}
