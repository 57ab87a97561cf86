package org.tokenfilter.login;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA-256 with a random key that exists only in this process. A digest of a password is
 * therefore useless outside of the process. Thread-safe.
 */
final class KeyedDigest {

  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_LENGTH = 32;

  private final SecretKeySpec key;

  /** The purpose of a digest, so that digests of different purposes never match. */
  enum Purpose {
    /** A user name and its password. */
    LOGIN(1),
    /** A user name and a client. */
    NAME_AND_CLIENT(2),
    /** A user name, a client and a password. */
    NAME_CLIENT_AND_PASSWORD(3);

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

  /**
   * Returns the digest of these texts. It covers the length of each text, so that different lists
   * of texts have different digests.
   */
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
      throw new IllegalStateException("this JDK does not provide " + ALGORITHM, e);
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
