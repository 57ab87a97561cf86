package org.tokenfilter.codec;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWECryptoParts;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * One key at work: the cryptography library with this key and the one header that its tokens have,
 * made once and never read from a token. Thread-safe.
 */
final class ContentCipher {

  private final ContentEncryption encryption;
  private final SecretKey key;
  private final JWEHeader header;
  private final String headerSegment;
  private final byte[] headerBytes;
  private final DirectDecrypter decrypter;

  ContentCipher(ContentKey contentKey) {
    encryption = contentKey.encryption();
    key = new SecretKeySpec(contentKey.bytes(), "AES");
    headerSegment = headerSegment(contentKey.kid(), encryption);
    headerBytes = headerSegment.getBytes(StandardCharsets.US_ASCII);
    header =
        new JWEHeader.Builder(JWEAlgorithm.DIR, EncryptionMethod.parse(encryption.toString()))
            .keyID(contentKey.kid())
            .parsedBase64URL(new Base64URL(headerSegment))
            .build();
    try {
      decrypter = new DirectDecrypter(key);
    } catch (JOSEException e) {
      throw new IllegalStateException("a content key has a length that its encryption takes", e);
    }
  }

  /** The first part of every token of a key that is named so and is for this encryption. */
  static String headerSegment(String kid, ContentEncryption encryption) {
    return Base64Url.encode(
        "{\"enc\":\"" + encryption + "\",\"alg\":\"dir\",\"kid\":\"" + kid + "\"}");
  }

  /** The first part of every token of this key. */
  String headerSegment() {
    return headerSegment;
  }

  /** A token with this content. */
  CompactJwe seal(byte[] plaintext, SecureRandom random) throws JOSEException {
    return encrypt(plaintext, headerBytes, random);
  }

  /**
   * The content of a token that has this key's header.
   *
   * @throws JOSEException if the token is not this key's; the library may throw unchecked ones too
   */
  byte[] open(CompactJwe token) throws JOSEException {
    return decrypt(token, headerBytes);
  }

  CompactJwe encrypt(byte[] plaintext, byte[] authenticated, SecureRandom random)
      throws JOSEException {
    DirectEncrypter encrypter = new DirectEncrypter(key);
    encrypter.getJCAContext().setSecureRandom(random);
    JWECryptoParts parts = encrypter.encrypt(header, plaintext, authenticated);
    return new CompactJwe(
        headerSegment,
        parts.getInitializationVector().toString(),
        parts.getCipherText().toString(),
        parts.getAuthenticationTag().toString());
  }

  byte[] decrypt(CompactJwe token, byte[] authenticated) throws JOSEException {
    // The text is canonical, so that its length gives the number of bytes. The library would take
    // some other lengths too: GCM has a meaning for them.
    if (token.iv().length() != Base64Url.length(encryption.ivLength())
        || token.tag().length() != Base64Url.length(encryption.tagLength())) {
      throw new JOSEException("an initialization vector or a tag of another length");
    }
    return decrypter.decrypt(
        header,
        null,
        new Base64URL(token.iv()),
        new Base64URL(token.ciphertext()),
        new Base64URL(token.tag()),
        authenticated);
  }
}
