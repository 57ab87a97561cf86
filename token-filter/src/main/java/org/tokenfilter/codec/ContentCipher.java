package org.tokenfilter.codec;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWECryptoParts;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.BadPaddingException;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;

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
  private final byte[] authenticated;
  private final DecrypterPool decrypters;

  ContentCipher(ContentKey contentKey) {
    this(
        contentKey,
        headerSegment(contentKey.kid(), contentKey.encryption())
            .getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Creates a cipher that authenticates other bytes than the header, as examples of the RFCs do.
   *
   * @param authenticated the additional authenticated data
   */
  ContentCipher(ContentKey contentKey, byte[] authenticated) {
    encryption = contentKey.encryption();
    key = new SecretKeySpec(contentKey.bytes(), "AES");
    headerSegment = headerSegment(contentKey.kid(), encryption);
    this.authenticated = authenticated;
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
    DirectEncrypter encrypter = new DirectEncrypter(key);
    encrypter.getJCAContext().setSecureRandom(random);
    JWECryptoParts parts = encrypter.encrypt(header, plaintext, authenticated);
    return new CompactJwe(
        headerSegment,
        parts.getInitializationVector().toString(),
        parts.getCipherText().toString(),
        parts.getAuthenticationTag().toString());
  }

  /**
   * Decrypts a token that has this key's header.
   *
   * @return the content, which the caller closes; null if the token was not encrypted with this key
   * @throws IllegalStateException if a cipher of the platform fails; other runtime exceptions of
   *     the cipher are passed on
   */
  @Nullable DecryptedContent decrypt(CompactJwe token) {
    // The ciphers would accept some other lengths too: GCM allows them.
    if (token.ivLength() != Base64Url.encodedLength(encryption.ivLength())
        || token.tagLength() != Base64Url.encodedLength(encryption.tagLength())) {
      return null;
    }
    try {
      return decrypters.decrypt(authenticated, token);
    } catch (BadPaddingException | IllegalBlockSizeException notEncryptedSo) {
      return null;
    } catch (GeneralSecurityException e) {
      // The token is not the cause: the keys were tested when the application started.
      throw new IllegalStateException("a cipher of the platform failed", e);
    }
  }
}
