package org.tokenfilter.codec;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * AES in CBC mode with HMAC (RFC 7518, 5.2.2.2). Nothing is decrypted before all of it is known to
 * be authentic, so that padding tells nobody anything.
 */
final class CbcHmacOpener implements ContentOpener {

  private final int ivLength;
  private final int tagLength;
  private final SecretKey decryptionKey;
  private final Cipher cipher;
  private final Mac mac;

  /** Opens with the two halves of a key: the first authenticates, the second encrypts. */
  CbcHmacOpener(ContentKey key, String macAlgorithm) throws GeneralSecurityException {
    ivLength = key.encryption().ivLength();
    tagLength = key.encryption().tagLength();
    byte[] bytes = key.bytes();
    int half = bytes.length / 2;
    decryptionKey = new SecretKeySpec(bytes, half, half, "AES");
    cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
    mac = Mac.getInstance(macAlgorithm);
    mac.init(new SecretKeySpec(bytes, 0, half, macAlgorithm));
  }

  @Override
  public byte @Nullable [] open(byte[] authenticated, byte[] sealed)
      throws GeneralSecurityException {
    int tagAt = sealed.length - tagLength;
    mac.update(authenticated);
    mac.update(sealed, 0, tagAt);
    // Its length in bits keeps the header and what follows it apart.
    long bits = (long) authenticated.length * Byte.SIZE;
    byte[] whole = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(bits).array());
    byte[] expected = Arrays.copyOf(whole, tagLength);
    if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(sealed, tagAt, sealed.length))) {
      return null;
    }
    cipher.init(Cipher.DECRYPT_MODE, decryptionKey, new IvParameterSpec(sealed, 0, ivLength));
    return cipher.doFinal(sealed, ivLength, tagAt - ivLength);
  }
}
