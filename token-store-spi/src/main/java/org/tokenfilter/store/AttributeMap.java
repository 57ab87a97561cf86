package org.tokenfilter.store;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Validated names and values of a record, in alphabetical order. A record that is copied from
 * another one shares the instance, so they are validated only once. Immutable.
 */
final class AttributeMap extends AbstractMap<String, String> {

  private static final Map<String, String> EMPTY = new AttributeMap(Map.of());

  private final Map<String, String> sorted;

  private AttributeMap(Map<String, String> sorted) {
    this.sorted = sorted;
  }

  /**
   * Returns the given names and values, validated and sorted.
   *
   * @throws IllegalArgumentException if a text is invalid or they are too large
   */
  static Map<String, String> of(String what, Map<String, String> attributes, int maxBytes) {
    if (attributes instanceof AttributeMap) {
      return attributes;
    }
    if (attributes.isEmpty()) {
      return EMPTY;
    }
    attributes.forEach(AttributeMap::requireValid);
    if (attributes.entrySet().stream().mapToInt(AttributeMap::utf8Length).sum() > maxBytes) {
      throw new IllegalArgumentException(
          "%s must have at most %d bytes of UTF-8 in all".formatted(what, maxBytes));
    }
    return new AttributeMap(
        Collections.unmodifiableMap(new LinkedHashMap<>(new TreeMap<>(attributes))));
  }

  private static void requireValid(String name, String value) {
    RecordText.requireValid("attribute", name);
    RecordText.requireValid("attribute", value);
  }

  private static int utf8Length(Map.Entry<String, String> attribute) {
    return RecordText.utf8Length(attribute.getKey()) + RecordText.utf8Length(attribute.getValue());
  }

  @Override
  public Set<Map.Entry<String, String>> entrySet() {
    return sorted.entrySet();
  }

  /** Looks the name up in the map; the inherited method would search all entries. */
  @Override
  public @Nullable String get(Object name) {
    return name instanceof String ? sorted.get(name) : null;
  }

  @Override
  public boolean containsKey(Object name) {
    return name instanceof String && sorted.containsKey(name);
  }

  /** Always throws, even if there is nothing to change; so do the methods below. */
  @Override
  public void clear() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String remove(Object name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean remove(Object name, Object value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void putAll(Map<? extends String, ? extends String> attributes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String putIfAbsent(String name, String value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String replace(String name, String value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean replace(String name, String value, String other) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void replaceAll(BiFunction<? super String, ? super String, ? extends String> change) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String computeIfAbsent(
      String name, Function<? super String, ? extends @Nullable String> value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String computeIfPresent(
      String name, BiFunction<? super String, ? super String, ? extends @Nullable String> value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String compute(
      String name,
      BiFunction<? super String, ? super @Nullable String, ? extends @Nullable String> value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String merge(
      String name,
      String value,
      BiFunction<? super String, ? super String, ? extends @Nullable String> merged) {
    throw new UnsupportedOperationException();
  }
}
