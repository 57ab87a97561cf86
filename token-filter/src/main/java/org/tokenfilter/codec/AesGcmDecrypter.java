package org.tokenfilter.codec;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.tokenfilter.keys.ContentKey;

/** A decrypter for AES in Galois/Counter Mode (RFC 7518, 5.3). */
final class AesGcmDecrypter implements ContentDecrypter {

  private final int ivLength;
  private final int tagBits;
  private final SecretKey key;
  private final Cipher cipher;

  AesGcmDecrypter(ContentKey key) throws GeneralSecurityException {
    ivLength = key.encryption().ivLength();
    tagBits = key.encryption().tagLength() * Byte.SIZE;
    this.key = new SecretKeySpec(key.bytes(), "AES");
    cipher = Cipher.getInstance("AES/GCM/NoPadding");
  }

  @Override
  public int decrypt(byte[] authenticated, byte[] sealed, int length, byte[] content)
      throws GeneralSecurityException {
    cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(tagBits, sealed, 0, ivLength));
    cipher.updateAAD(authenticated);
    // In one call, so that the cipher cannot return content before it has authenticated it.
    try {
      return cipher.doFinal(sealed, ivLength, length - ivLength, content, 0);
    } catch (AEADBadTagException forged) {
      // Any client can send such tokens. The cipher stays usable: each call starts with init.
      return NOT_AUTHENTIC;
    }
  }
}
