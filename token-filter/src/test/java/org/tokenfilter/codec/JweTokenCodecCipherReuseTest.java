package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.tokenfilter.codec.CraftedTokens.AUDIENCE;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.ISSUED;
import static org.tokenfilter.testsupport.forgery.TokenForge.bytes;
import static org.tokenfilter.testsupport.forgery.TokenForge.decoded;
import static org.tokenfilter.testsupport.forgery.TokenForge.parts;
import static org.tokenfilter.testsupport.forgery.TokenForge.with;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.testsupport.forgery.TokenForge;
import org.tokenfilter.token.TokenRejectedException;

/** The reuse of ciphers from one token to the next, in which no token leaves any state. */
class JweTokenCodecCipherReuseTest {

  private static final int IV = 2;
  private static final int CIPHERTEXT = 3;
  private static final int TAG = 4;

  private static final int THREADS = 8;
  private static final int TOKENS = 500;

  @ParameterizedTest
  @EnumSource
  void decryptsValidTokensAfterForgedOnes(ContentEncryption encryption) throws Exception {
    ContentKey key = CraftedTokens.key("k1", encryption, ContentKey.State.ACTIVE);
    JweTokenCodec codec = CraftedTokens.codec(key);
    for (String forged : forged(codec, key)) {
      CraftedTokens.assertRefused(codec, forged);
      assertThat(codec.decode(codec.encode(CLAIMS))).isEqualTo(CLAIMS);
      CraftedTokens.assertRefused(codec, forged);
      CraftedTokens.assertRefused(codec, forged);
      assertThat(codec.decode(codec.encode(CLAIMS))).isEqualTo(CLAIMS);
    }
  }

  /** Vaudenay's padding oracle: a padding error must look like any other forgery. */
  @ParameterizedTest
  @EnumSource
  void a26_answersEveryForgeryAlike(ContentEncryption encryption) {
    ContentKey key = CraftedTokens.key("k1", encryption, ContentKey.State.ACTIVE);
    JweTokenCodec codec = CraftedTokens.codec(key);
    assertThat(forged(codec, key))
        .extracting(
            forged ->
                catchThrowableOfType(TokenRejectedException.class, () -> codec.decode(forged))
                    .getMessage())
        .containsOnly("invalid token: it does not decrypt");
  }

  /** The threads start at once, so that ciphers are created, lent, returned and dropped often. */
  @ParameterizedTest
  @EnumSource
  void concurrentThreadsGetClaimsOfTheirOwnTokens(ContentEncryption encryption) throws Exception {
    JweTokenCodec codec =
        CraftedTokens.codec(CraftedTokens.key("k1", encryption, ContentKey.State.ACTIVE));
    CyclicBarrier start = new CyclicBarrier(THREADS);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        List<TokenClaims> own = claims(i);
        List<String> tokens = own.stream().map(codec::encode).toList();
        all.add(
            threads.submit(
                () -> {
                  start.await(30, TimeUnit.SECONDS);
                  return decryptedCount(codec, tokens, own);
                }));
      }
      for (Future<Integer> each : all) {
        assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(TOKENS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** The MAC is checked before the padding; wrong padding under the right key is refused, too. */
  @Test
  void refusesWrongPaddingUnderValidMac() throws Exception {
    JweTokenCodec codec = CraftedTokens.codec(CraftedTokens.K1);
    String token = codec.encode(CLAIMS);
    byte[] ciphertext = decoded(parts(token).get(CIPHERTEXT));
    for (int last = 0; last < 256; last++) {
      // The block before the last one determines the padding.
      byte[] other = ciphertext.clone();
      other[other.length - 17] ^= (byte) last;
      String odd = with(token, CIPHERTEXT, Base64Url.encode(other));
      byte[] tag =
          TokenForge.hmac(
              CraftedTokens.K1.bytes(),
              "HmacSHA256",
              parts(token).get(0),
              decoded(parts(token).get(IV)),
              other);
      String authentic = with(odd, TAG, Base64Url.encode(Arrays.copyOf(tag, 16)));
      if (last == 0) {
        assertThat(codec.decode(authentic)).isEqualTo(CLAIMS);
      } else {
        CraftedTokens.assertRefused(codec, authentic);
      }
      assertThat(codec.decode(token)).isEqualTo(CLAIMS);
    }
  }

  private static int decryptedCount(
      JweTokenCodec codec, List<String> tokens, List<TokenClaims> claims)
      throws TokenRejectedException {
    int same = 0;
    for (int i = 0; i < tokens.size(); i++) {
      if (codec.decode(tokens.get(i)).equals(claims.get(i))) {
        same++;
      }
    }
    return same;
  }

  private static List<TokenClaims> claims(int thread) {
    List<TokenClaims> claims = new ArrayList<>();
    for (int i = 0; i < TOKENS; i++) {
      TokenId id = TokenId.of(bytes(thread + " " + i, TokenId.LENGTH));
      claims.add(new TokenClaims(id, TokenKind.SESSION, AUDIENCE, ISSUED.plusSeconds(i), null));
    }
    return claims;
  }

  /** Returns tokens of the right header and shape with a changed bit or part. */
  private static List<String> forged(JweTokenCodec codec, ContentKey key) {
    List<String> forged = new ArrayList<>();
    String token = codec.encode(CLAIMS);
    for (int part : new int[] {IV, CIPHERTEXT, TAG}) {
      byte[] bytes = decoded(parts(token).get(part));
      for (int at : new int[] {0, bytes.length - 1}) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= 1;
        forged.add(with(token, part, Base64Url.encode(flipped)));
      }
    }
    int length = key.encryption().tagLength();
    forged.add(with(token, CIPHERTEXT, ""));
    forged.add(with(token, CIPHERTEXT, Base64Url.encode(bytes("short", 15))));
    forged.add(with(token, CIPHERTEXT, Base64Url.encode(bytes("long", 600))));
    forged.add(with(token, TAG, Base64Url.encode(new byte[length])));
    return forged;
  }
}
