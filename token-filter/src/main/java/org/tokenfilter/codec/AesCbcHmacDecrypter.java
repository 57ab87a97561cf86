package org.tokenfilter.codec;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.tokenfilter.keys.ContentKey;

/**
 * A decrypter for AES in CBC mode with HMAC (RFC 7518, 5.2.2.2). It verifies the authentication tag
 * over the whole input before it decrypts any of it, so that padding errors reveal nothing.
 */
final class AesCbcHmacDecrypter implements ContentDecrypter {

  private final int ivLength;
  private final int tagLength;
  private final SecretKey decryptionKey;
  private final Cipher cipher;
  private final Mac mac;

  /** Reused for each token, since an instance serves one thread at a time. */
  private final ByteBuffer bits = ByteBuffer.allocate(Long.BYTES);

  private final byte[] whole;
  private final byte[] expected;
  private final byte[] tag;

  /** Creates a decrypter; the first half of the key authenticates, the second half encrypts. */
  AesCbcHmacDecrypter(ContentKey key, String macAlgorithm) throws GeneralSecurityException {
    ivLength = key.encryption().ivLength();
    tagLength = key.encryption().tagLength();
    byte[] bytes = key.bytes();
    int half = bytes.length / 2;
    decryptionKey = new SecretKeySpec(bytes, half, half, "AES");
    cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
    mac = Mac.getInstance(macAlgorithm);
    mac.init(new SecretKeySpec(bytes, 0, half, macAlgorithm));
    whole = new byte[mac.getMacLength()];
    expected = new byte[tagLength];
    tag = new byte[tagLength];
  }

  @Override
  public int decrypt(byte[] authenticated, byte[] sealed, int length, byte[] content)
      throws GeneralSecurityException {
    int tagAt = length - tagLength;
    mac.update(authenticated);
    mac.update(sealed, 0, tagAt);
    // The length of the header in bits separates the header from the data that follows it.
    mac.update(bits.putLong(0, (long) authenticated.length * Byte.SIZE).array());
    mac.doFinal(whole, 0);
    System.arraycopy(whole, 0, expected, 0, tagLength);
    System.arraycopy(sealed, tagAt, tag, 0, tagLength);
    if (!MessageDigest.isEqual(expected, tag)) {
      return NOT_AUTHENTIC;
    }
    cipher.init(Cipher.DECRYPT_MODE, decryptionKey, new IvParameterSpec(sealed, 0, ivLength));
    return cipher.doFinal(sealed, ivLength, tagAt - ivLength, content, 0);
  }
}
