package org.tokenfilter.token;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Somebody who has logged in.
 *
 * @param name 1 to 255 characters, compared exactly
 * @param roles what {@code isUserInRole} answers to
 * @param attributes what the application keeps with the token: at most 8 KiB in all
 */
public record Subject(String name, Set<String> roles, Map<String, String> attributes) {

  /** Copies the collections. */
  public Subject {
    roles = Set.copyOf(roles);
    attributes = Map.copyOf(attributes);
  }

  /** A subject without attributes. */
  public static Subject of(String name, String... roles) {
    return new Subject(name, new HashSet<>(List.of(roles)), Map.of());
  }
}
