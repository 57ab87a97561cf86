package org.tokenfilter.benchmark.peer;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWTClaimsSet;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;

/**
 * Self-contained tokens, which need no lookup: claims in a compact JWE, with the same encryption as
 * the tokens of this library.
 */
final class EncryptedClaims {

  static final JWEAlgorithm ALGORITHM = JWEAlgorithm.DIR;
  static final EncryptionMethod METHOD = EncryptionMethod.A128CBC_HS256;

  private static final Duration LIFE = Duration.ofDays(1);

  private final byte[] key = new byte[METHOD.cekBitLength() / Byte.SIZE];
  private final Clock clock = Clock.systemUTC();

  EncryptedClaims() {
    new SecureRandom().nextBytes(key);
  }

  byte[] key() {
    return key.clone();
  }

  /** Returns the header lines of users, one for each. */
  List<String> headers(int clients) throws JOSEException {
    DirectEncrypter encrypter = new DirectEncrypter(key);
    List<String> headers = new ArrayList<>(clients);
    for (int i = 0; i < clients; i++) {
      Instant now = clock.instant();
      EncryptedJWT token =
          new EncryptedJWT(
              new JWEHeader(ALGORITHM, METHOD),
              new JWTClaimsSet.Builder()
                  .subject("user-" + i)
                  .jwtID(UUID.randomUUID().toString())
                  .claim("scope", "user")
                  .issueTime(Date.from(now))
                  .expirationTime(Date.from(now.plus(LIFE)))
                  .build());
      token.encrypt(encrypter);
      headers.add("Authorization: Bearer " + token.serialize() + "\r\n");
    }
    return headers;
  }
}
