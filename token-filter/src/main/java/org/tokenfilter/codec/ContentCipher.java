package org.tokenfilter.codec;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWECryptoParts;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.util.Base64URL;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * One key at work, with the one header that its tokens have, made once and never read from a token.
 * The cryptography library seals, which is done once for a token; ciphers of the JDK that are kept
 * open, which is done on each request. Thread-safe.
 */
final class ContentCipher {

  private final ContentEncryption encryption;
  private final SecretKey key;
  private final JWEHeader header;
  private final String headerSegment;
  private final byte[] headerBytes;
  private final Openers openers;

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
    openers = new Openers(() -> ContentOpener.of(contentKey));
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
   * @throws JOSEException if the token is not this key's; ciphers may throw unchecked ones too
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
    // Ciphers would take some other lengths too: GCM has a meaning for them.
    if (token.ivLength() != Base64Url.length(encryption.ivLength())
        || token.tagLength() != Base64Url.length(encryption.tagLength())) {
      throw new NotOfThisKey("an initialization vector or a tag of another length");
    }
    byte[] sealed = token.sealed();
    if (sealed == null) {
      throw new NotOfThisKey("a part is not canonical base64url");
    }
    byte[] content = content(authenticated, sealed);
    if (content == null) {
      throw new NotOfThisKey("it does not decrypt");
    }
    return content;
  }

  private byte @Nullable [] content(byte[] authenticated, byte[] sealed) {
    try {
      return openers.open(authenticated, sealed);
    } catch (GeneralSecurityException e) {
      return null;
    }
  }

  /** Without a stack trace: forged tokens come by the thousand. */
  private static final class NotOfThisKey extends JOSEException {

    @Serial private static final long serialVersionUID = 1L;

    NotOfThisKey(String message) {
      super(message);
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public Throwable fillInStackTrace() {
      return this;
    }
  }
}
