package org.tokenfilter.store;

import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The validated roles of a record, in alphabetical order. A record that is copied from another one
 * shares the instance, so roles are validated only once. Immutable.
 */
final class RoleSet extends AbstractSet<String> {

  private final String[] sorted;

  private RoleSet(String[] sorted) {
    this.sorted = sorted;
  }

  /**
   * Returns the given roles, validated and sorted.
   *
   * @throws IllegalArgumentException if a text is invalid or the roles are too large
   */
  static Set<String> of(Set<String> roles) {
    if (roles instanceof RoleSet) {
      return roles;
    }
    roles.forEach(role -> RecordText.requireValid("role", role));
    int bytes = roles.stream().mapToInt(RecordText::utf8Length).sum();
    if (bytes > TokenDetails.MAX_ROLE_BYTES) {
      throw new IllegalArgumentException(
          "roles must have at most %d bytes of UTF-8 in all, but these %d have %d"
              .formatted(TokenDetails.MAX_ROLE_BYTES, roles.size(), bytes));
    }
    return new RoleSet(roles.stream().sorted().toArray(String[]::new));
  }

  @Override
  public boolean contains(Object role) {
    return role instanceof String text && Arrays.binarySearch(sorted, text) >= 0;
  }

  @Override
  public Iterator<String> iterator() {
    return Arrays.asList(sorted).iterator();
  }

  @Override
  public int size() {
    return sorted.length;
  }

  /** Always throws, even if there is nothing to change; so do the methods below. */
  @Override
  public boolean addAll(Collection<? extends String> roles) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean remove(Object role) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean removeAll(Collection<?> roles) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean removeIf(Predicate<? super String> filter) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean retainAll(Collection<?> roles) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void clear() {
    throw new UnsupportedOperationException();
  }
}
