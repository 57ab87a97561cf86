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
 * What is written down as a setting, and is none: misspelt, mostly. What is written for this
 * application stops the start. System properties and environment variables may be there for
 * somebody else, so that most of them are only warned of.
 */
final class UnknownSettings {

  private static final String STORE_PREFIX = ConfigurationKey.STORE.key() + ".";

  private static final String DOMAIN = "token.cookie.domain";
  private static final String NO_DOMAIN =
      "by intent: cookies with a Domain go to every host of it, and every host of it can overwrite"
          + " them. Serve what shares a login at one host, or let each host have its own";

  private final ConfigurationSources sources;
  private final Set<String> known = new TreeSet<>();

  /** The keys that are known, by their environment variables. */
  private final Map<String, String> variables = new TreeMap<>();

  private final Set<String> storePrefixes;
  private final Spelling spelling = new Spelling(known);

  /**
   * Compares what is written with what there is.
   *
   * @param stores the settings of each installed store provider, by its name
   */
  UnknownSettings(ConfigurationSources sources, Map<String, Set<String>> stores) {
    this.sources = sources;
    Stream.of(ConfigurationKey.values()).map(ConfigurationKey::key).forEach(known::add);
    stores.forEach(
        (name, settings) ->
            settings.forEach(setting -> known.add(STORE_PREFIX + name + "." + setting)));
    known.forEach(key -> variables.put(ConfigurationKey.environmentVariable(key), key));
    storePrefixes =
        stores.keySet().stream()
            .map(name -> STORE_PREFIX + name + ".")
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Finds what must be a mistake.
   *
   * @param problems gets a sentence for each
   */
  void require(List<String> problems) {
    for (String key : sources.written()) {
      if (!known.contains(key)) {
        problems.add("there is no setting " + key + meant(key, "; "));
      }
    }
    for (String name : unknownProperties()) {
      if (isOfStore(name)) {
        problems.add(
            "there is no setting %s, which is set as a system property%s"
                .formatted(name, meant(name, "; ")));
      }
    }
  }

  /** What may be a mistake, a sentence for each. Values are left out: some are secrets. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (String name : unknownProperties()) {
      String meant = meant(name, ": ");
      if (!isOfStore(name) && !meant.isEmpty()) {
        warnings.add("The system property " + name + " is no setting and changes nothing" + meant);
      }
    }
    List<String> ofStores = new ArrayList<>();
    for (String name : unknownVariables()) {
      String meant = spelling.meant(name).orElse(null);
      if (meant != null) {
        warnings.add(
            "The environment variable %s is no setting and changes nothing: did you mean %s?"
                .formatted(name, ConfigurationKey.environmentVariable(meant)));
      } else if (isOfStoreInEnvironment(name)) {
        ofStores.add(name);
      }
    }
    if (!ofStores.isEmpty()) {
      warnings.add(
          "These environment variables are called as settings of a store are, are none and change"
              + " nothing: %s. Mistakes? Or Kubernetes has set them, for a service of such a name"
                  .formatted(String.join(", ", ofStores)));
    }
    return warnings;
  }

  private Set<String> unknownProperties() {
    return unknown(sources.properties(), known);
  }

  private Set<String> unknownVariables() {
    return unknown(sources.environment(), variables.keySet());
  }

  private static Set<String> unknown(ConfigurationSources.Named named, Set<String> known) {
    Set<String> unknown = new TreeSet<>(named.names().get());
    unknown.removeIf(name -> !Spelling.isLikeASetting(name) || known.contains(name));
    return unknown;
  }

  private boolean isOfStore(String key) {
    return storePrefixes.stream().anyMatch(key::startsWith);
  }

  private boolean isOfStoreInEnvironment(String name) {
    return storePrefixes.stream()
        .anyMatch(prefix -> name.startsWith(ConfigurationKey.environmentVariable(prefix)));
  }

  private String meant(String key, String before) {
    if (key.equals(DOMAIN)) {
      return before + NO_DOMAIN;
    }
    return spelling.meant(key).map(meant -> before + "did you mean " + meant + "?").orElse("");
  }
}
