package org.tokenfilter.codec;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES in Galois/Counter Mode (RFC 7518, 5.3). */
final class GcmOpener implements ContentOpener {

  private final int ivLength;
  private final int tagBits;
  private final SecretKey key;
  private final Cipher cipher;

  GcmOpener(ContentKey key) throws GeneralSecurityException {
    ivLength = key.encryption().ivLength();
    tagBits = key.encryption().tagLength() * Byte.SIZE;
    this.key = new SecretKeySpec(key.bytes(), "AES");
    cipher = Cipher.getInstance("AES/GCM/NoPadding");
  }

  @Override
  public int open(byte[] authenticated, byte[] sealed, int length, byte[] content)
      throws GeneralSecurityException {
    cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(tagBits, sealed, 0, ivLength));
    cipher.updateAAD(authenticated);
    // All at once: no cipher may hand out what it has not authenticated yet.
    try {
      return cipher.doFinal(sealed, ivLength, length - ivLength, content, 0);
    } catch (AEADBadTagException forged) {
      // Anybody can send such tokens; the next one begins with an init, as each does.
      return FORGED;
    }
  }
}
