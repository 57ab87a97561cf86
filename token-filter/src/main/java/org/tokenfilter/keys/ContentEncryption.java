package org.tokenfilter.keys;

/**
 * An algorithm that encrypts and authenticates the content of a token (RFC 7518, 5.1). Each key is
 * for exactly one algorithm.
 */
public enum ContentEncryption {
  /** AES-128 in CBC mode with HMAC SHA-256 (RFC 7518, 5.2.3): 32 bytes of key. The default. */
  A128CBC_HS256("A128CBC-HS256", 32, 16, 16),

  /** AES-256 in CBC mode with HMAC SHA-512 (RFC 7518, 5.2.5): 64 bytes of key. */
  A256CBC_HS512("A256CBC-HS512", 64, 16, 32),

  /**
   * AES-256 in Galois/Counter Mode (RFC 7518, 5.3): 32 bytes of key. Its initialization vectors are
   * random, so a key may be used for at most 2<sup>32</sup> tokens in total (NIST SP 800-38D, 8.3)
   * and must be replaced before that. A node issues at most 2<sup>28</sup> tokens with one key.
   */
  A256GCM("A256GCM", 32, 12, 16);

  private final String standardName;
  private final int keyLength;
  private final int ivLength;
  private final int tagLength;

  ContentEncryption(String standardName, int keyLength, int ivLength, int tagLength) {
    this.standardName = standardName;
    this.keyLength = keyLength;
    this.ivLength = ivLength;
    this.tagLength = tagLength;
  }

  /**
   * Returns the algorithm with a name of RFC 7518.
   *
   * @throws IllegalArgumentException if the name is unknown; names are compared exactly
   */
  public static ContentEncryption of(String name) {
    for (ContentEncryption encryption : values()) {
      if (encryption.standardName.equals(name)) {
        return encryption;
      }
    }
    throw new IllegalArgumentException("not one of A128CBC-HS256, A256CBC-HS512, A256GCM");
  }

  /** Returns the length of its keys in bytes. */
  public int keyLength() {
    return keyLength;
  }

  /** Returns the length of its initialization vectors in bytes. */
  public int ivLength() {
    return ivLength;
  }

  /** Returns the length of its authentication tags in bytes. */
  public int tagLength() {
    return tagLength;
  }

  /** Returns whether the number of tokens of a key is limited. */
  public boolean hasUsageLimit() {
    return this == A256GCM;
  }

  /** Returns the name in RFC 7518, as in {@code "enc":"A128CBC-HS256"}. */
  @Override
  public String toString() {
    return standardName;
  }
}
