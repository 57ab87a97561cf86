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
import javax.crypto.BadPaddingException;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.TokenRejectedException;

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
   * Reads the content of a token that has this key's header.
   *
   * @throws JOSEException if the token is not this key's
   * @throws IllegalStateException if the platform's ciphers fail; they may throw others, too
   * @throws TokenRejectedException as the reader
   */
  <T> T open(CompactJwe token, ContentReader<T> reader)
      throws JOSEException, TokenRejectedException {
    return decrypt(token, headerBytes, reader);
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

  <T> T decrypt(CompactJwe token, byte[] authenticated, ContentReader<T> reader)
      throws JOSEException, TokenRejectedException {
    // Ciphers would take some other lengths too: GCM has a meaning for them.
    if (token.ivLength() != Base64Url.length(encryption.ivLength())
        || token.tagLength() != Base64Url.length(encryption.tagLength())) {
      throw new NotOfThisKey("an initialization vector or a tag of another length");
    }
    T read = read(authenticated, token, reader);
    if (read == null) {
      throw new NotOfThisKey("it does not decrypt");
    }
    return read;
  }

  private <T> @Nullable T read(byte[] authenticated, CompactJwe token, ContentReader<T> reader)
      throws TokenRejectedException {
    try {
      return openers.open(authenticated, token, reader);
    } catch (BadPaddingException | IllegalBlockSizeException notSealedSo) {
      return null;
    } catch (GeneralSecurityException e) {
      // Not the token: the keys were tried when the application started.
      throw new IllegalStateException("the platform's cryptography fails", e);
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
