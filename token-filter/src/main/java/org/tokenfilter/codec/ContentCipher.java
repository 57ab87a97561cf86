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
 * A cipher for the tokens of one key. It encrypts with Nimbus, once for each token, and decrypts
 * with pooled ciphers of the JDK, once for each request. All tokens of the key have the same
 * header, which is built here once and never read from a token. Thread-safe.
 */
final class ContentCipher {

  private final ContentEncryption encryption;
  private final SecretKey key;
  private final JWEHeader header;
  private final String headerSegment;
  private final byte[] headerBytes;
  private final DecrypterPool decrypters;

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
    decrypters = new DecrypterPool(() -> ContentDecrypter.of(contentKey));
  }

  /** Returns the first part of every token of a key with this name and this encryption. */
  static String headerSegment(String kid, ContentEncryption encryption) {
    return Base64Url.encode(
        "{\"enc\":\"" + encryption + "\",\"alg\":\"dir\",\"kid\":\"" + kid + "\"}");
  }

  /** Returns the first part of every token of this key. */
  String headerSegment() {
    return headerSegment;
  }

  /** Encrypts a content as a token. */
  CompactJwe encrypt(byte[] plaintext, SecureRandom random) throws JOSEException {
    return encrypt(plaintext, headerBytes, random);
  }

  /**
   * Decrypts a token that has this key's header, and reads its content.
   *
   * @throws JOSEException if the token was not encrypted with this key
   * @throws IllegalStateException if a cipher of the platform fails; other runtime exceptions of
   *     the cipher are passed on
   * @throws TokenRejectedException if the reader throws it
   */
  <T> T decrypt(CompactJwe token, ContentReader<T> reader)
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
    // The ciphers would accept some other lengths too: GCM allows them.
    if (token.ivLength() != Base64Url.encodedLength(encryption.ivLength())
        || token.tagLength() != Base64Url.encodedLength(encryption.tagLength())) {
      throw new DecryptionFailedException(
          "the initialization vector or the tag has the wrong length");
    }
    T read = read(authenticated, token, reader);
    if (read == null) {
      throw new DecryptionFailedException("it does not decrypt");
    }
    return read;
  }

  private <T> @Nullable T read(byte[] authenticated, CompactJwe token, ContentReader<T> reader)
      throws TokenRejectedException {
    try {
      return decrypters.decrypt(authenticated, token, reader);
    } catch (BadPaddingException | IllegalBlockSizeException notSealedSo) {
      return null;
    } catch (GeneralSecurityException e) {
      // The token is not the cause: the keys were tested when the application started.
      throw new IllegalStateException("a cipher of the platform failed", e);
    }
  }

  /** An exception without a stack trace, since forged tokens may arrive by the thousand. */
  private static final class DecryptionFailedException extends JOSEException {

    @Serial private static final long serialVersionUID = 1L;

    DecryptionFailedException(String message) {
      super(message);
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public Throwable fillInStackTrace() {
      return this;
    }
  }
}
