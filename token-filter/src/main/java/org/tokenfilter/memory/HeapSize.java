package org.tokenfilter.memory;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Confirmation;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * Estimates, in bytes, of the heap that values take in the object layout of HotSpot: headers of 12
 * bytes, references of 4 (of 8 in a heap of 32 GiB or more), objects at multiples of 8. A test
 * compares them with measured sizes.
 */
public final class HeapSize {

  private static final long LARGE_HEAP = 32L * 1024 * 1024 * 1024;
  private static final int REFERENCE =
      Runtime.getRuntime().maxMemory() < LARGE_HEAP ? Integer.BYTES : Long.BYTES;
  private static final int HEADER = 12;
  private static final int ARRAY_HEADER = 16;
  private static final int STRING = 24;
  private static final char MAX_LATIN_1 = 255;

  /** A token id with its four longs. */
  public static final long TOKEN_ID = object(0, TokenId.LENGTH);

  /** A duration: seconds and nanoseconds. */
  public static final long DURATION = object(0, Long.BYTES + Integer.BYTES);

  /** The details of a token, without what they refer to. */
  public static final long DETAILS = object(8, Long.BYTES);

  /** An entry of a cache that is bounded by weight: its node, and the node of the table. */
  public static final long CACHE_ENTRY =
      object(5, 2 * Integer.BYTES) + object(3, Integer.BYTES) + 8;

  /** An entry of a concurrent map. */
  public static final long MAP_ENTRY = object(3, Integer.BYTES) + 8;

  private HeapSize() {}

  /** Returns the size of an object with this many references and bytes of other fields. */
  public static long object(int references, int bytes) {
    return aligned((long) HEADER + (long) references * REFERENCE + bytes);
  }

  /** Returns the size of a text; 0 for null. */
  public static long of(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    long bytes = isLatin1(text) ? text.length() : 2L * text.length();
    return STRING + aligned(ARRAY_HEADER + bytes);
  }

  /** Returns the size of a token id; 0 for null. */
  public static long of(@Nullable TokenId id) {
    return id == null ? 0 : TOKEN_ID;
  }

  /** Returns the size of a set of roles, which is an array of strings. */
  public static long of(Set<String> roles) {
    long size = object(1, 0) + aligned(ARRAY_HEADER + (long) roles.size() * REFERENCE);
    for (String role : roles) {
      size += of(role);
    }
    return size;
  }

  /** Returns the size of an attribute map: linked entries and a table that is half full. */
  public static long of(Map<String, String> attributes) {
    if (attributes.isEmpty()) {
      return 0;
    }
    long size = object(4, 0) + object(5, 8) + ARRAY_HEADER;
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      size += object(5, Integer.BYTES) + 2L * REFERENCE;
      size += of(attribute.getKey()) + of(attribute.getValue());
    }
    return aligned(size);
  }

  /** Returns the size of a record with all values that it refers to. */
  public static long of(TokenRecord record) {
    return object(15, 0)
        + TOKEN_ID
        + of(record.subject())
        + of(record.group())
        + of(record.parent())
        + of(record.client())
        + of(record.binding())
        + 5 * DURATION
        + of(record.roles())
        + of(record.attributes())
        + ofUnshared(record.details());
  }

  /** Returns the size of details without their roles and attributes, which other tokens share. */
  public static long ofUnshared(TokenDetails details) {
    Confirmation confirmation = details.confirmation();
    Origin origin = details.origin();
    return DETAILS
        + (confirmation == null ? 0 : object(2, 0) + of(confirmation.value()))
        + (details.authenticatedAt() == null ? 0 : DURATION)
        + of(details.acr())
        + (origin == null ? 0 : object(2, 0) + of(origin.session()) + of(origin.account()))
        + of(details.label())
        + of(details.data());
  }

  private static long of(@Nullable ExternalId id) {
    return id == null ? 0 : object(2, 0) + of(id.issuer()) + of(id.value());
  }

  private static boolean isLatin1(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > MAX_LATIN_1) {
        return false;
      }
    }
    return true;
  }

  private static long aligned(long size) {
    return (size + 7) & ~7L;
  }
}
