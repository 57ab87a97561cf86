package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.K1;
import static org.tokenfilter.testsupport.forgery.TokenForge.decoded;
import static org.tokenfilter.testsupport.forgery.TokenForge.parts;
import static org.tokenfilter.testsupport.forgery.TokenForge.with;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Mutations of a token, which are all refused without any other exception. */
class TokenMutationTest {

  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

  private static final int MUTATIONS = 10_000;

  @Test
  void a26_everyBitOfTheTagTheIvAndTheCiphertextCounts() {
    for (ContentEncryption encryption : ContentEncryption.values()) {
      JweTokenCodec codec =
          CraftedTokens.codec(CraftedTokens.key("k1", encryption, ContentKey.State.ACTIVE));
      String token = codec.encode(CLAIMS);
      for (int part : new int[] {2, 3, 4}) {
        byte[] bytes = decoded(parts(token).get(part));
        for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
          byte[] flipped = bytes.clone();
          flipped[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
          assertThat(isRefused(codec, with(token, part, Base64Url.encode(flipped))))
              .as("%s, part %s, bit %s", encryption, part, bit)
              .isTrue();
        }
      }
    }
  }

  @Test
  void everyCharacterCounts() {
    JweTokenCodec codec = CraftedTokens.codec(K1);
    String token = codec.encode(CLAIMS);
    for (int i = 0; i < token.length(); i++) {
      for (int j = 0; j < ALPHABET.length(); j++) {
        char other = ALPHABET.charAt(j);
        if (other != token.charAt(i)) {
          String changed = token.substring(0, i) + other + token.substring(i + 1);
          assertThat(isRefused(codec, changed)).as("%s at %s", other, i).isTrue();
        }
      }
    }
  }

  @Test
  void partsOfTwoTokensMakeNoThird() {
    JweTokenCodec codec = CraftedTokens.codec(K1);
    String one = codec.encode(CLAIMS);
    String other = codec.encode(CLAIMS);
    for (int part : new int[] {2, 3, 4}) {
      assertThat(isRefused(codec, with(one, part, parts(other).get(part)))).isTrue();
    }
  }

  @Test
  void a35_tenThousandMutationsAreRefused() {
    long seed = 20_261_122L;
    Random random = new Random(seed);
    JweTokenCodec codec = CraftedTokens.codec(K1);
    List<String> tokens = List.of(codec.encode(CLAIMS), codec.encode(CLAIMS));
    for (int i = 0; i < MUTATIONS; i++) {
      String token = tokens.get(random.nextInt(2));
      String mutant = token;
      for (int n = random.nextInt(4); n >= 0; n--) {
        mutant = mutant(mutant, tokens.get(random.nextInt(2)), random);
      }
      if (!tokens.contains(mutant)) {
        assertThat(isRefused(codec, mutant)).as("seed %s, mutation %s", seed, i).isTrue();
      }
    }
  }

  private static String mutant(String token, String donor, Random random) {
    int from = random.nextInt(token.length() + 1);
    int to = from + random.nextInt(token.length() + 1 - from);
    String head = token.substring(0, from);
    return switch (random.nextInt(9)) {
      case 0 -> head + token.substring(to);
      case 1 -> head;
      case 2 -> token.substring(from);
      case 3 -> head + token.substring(from, to) + token.substring(from);
      case 4 -> head + ALPHABET.charAt(random.nextInt(ALPHABET.length())) + token.substring(from);
      case 5 -> head + (char) random.nextInt(Character.MAX_VALUE + 1) + token.substring(from);
      case 6 -> head + new StringBuilder(token.substring(from, to)).reverse() + token.substring(to);
      case 7 -> head + donor.substring(Math.min(from, donor.length()));
      default ->
          from == token.length()
              ? head + "A"
              : head
                  + ALPHABET.charAt(random.nextInt(ALPHABET.length()))
                  + token.substring(from + 1);
    };
  }

  /** Returns whether the token is refused; any other exception fails the test. */
  private static boolean isRefused(TokenCodec codec, String token) {
    try {
      codec.decode(token);
      return false;
    } catch (TokenRejectedException e) {
      return e.rejection() == Rejection.INVALID;
    }
  }
}
