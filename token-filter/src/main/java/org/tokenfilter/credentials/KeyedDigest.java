package org.tokenfilter.credentials;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA-256 with a key that is random for each process and kept nowhere else: what it makes of a
 * password is worth nothing outside of this process. Thread-safe.
 */
final class KeyedDigest {

  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_LENGTH = 32;

  private final SecretKeySpec key;

  /** What a digest stands for, so that none can be taken for one of another purpose. */
  enum Purpose {
    /** A user name and its password. */
    LOGIN(1),
    /** A user name at a client. */
    PLACE(2),
    /** A user name at a client, and its password. */
    PLACE_AND_PASSWORD(3);

    private final int number;

    Purpose(int number) {
      this.number = number;
    }
  }

  KeyedDigest(SecureRandom random) {
    byte[] bytes = new byte[KEY_LENGTH];
    random.nextBytes(bytes);
    key = new SecretKeySpec(bytes, ALGORITHM);
    Arrays.fill(bytes, (byte) 0);
  }

  /** The digest of these texts, each with its length, so that no two lists of texts are one. */
  byte[] of(Purpose purpose, String name, String client, char[] password) {
    int chars = name.length() + client.length() + password.length;
    ByteBuffer text = ByteBuffer.allocate((4 * Integer.BYTES) + (chars * Character.BYTES));
    text.putInt(purpose.number);
    put(name.toCharArray(), text);
    put(client.toCharArray(), text);
    put(password, text);
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(text.array());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    } finally {
      Arrays.fill(text.array(), (byte) 0);
    }
  }

  private static void put(char[] chars, ByteBuffer text) {
    text.putInt(chars.length);
    for (char c : chars) {
      text.putChar(c);
    }
  }
}
