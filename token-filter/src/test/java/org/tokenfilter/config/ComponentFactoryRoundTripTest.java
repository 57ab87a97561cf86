package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.file.Path;
import java.security.Key;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.time.Instant;
import java.util.Map;
import javax.crypto.MacSpi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;

/** The round trip at the start: a platform that cannot make tokens does not start. */
final class ComponentFactoryRoundTripTest {

  @TempDir private Path folder;

  @Test
  void brokenCryptographyProviderStopsTheStart() {
    Map<String, String> settings =
        Map.of(
            "token.keys.file",
            folder.resolve("keys.jwks").toString(),
            "token.keys.generate",
            "true");
    Provider broken = new BrokenMacProvider();
    Security.insertProviderAt(broken, 1);
    try {
      assertThatThrownBy(() -> TokenSecurity.from(settings))
          .asInstanceOf(type(ConfigurationException.class))
          .satisfies(
              e ->
                  assertThat(e.problems())
                      .singleElement()
                      .asString()
                      .startsWith("no token can be written and read back on this platform: ")
                      .contains("the device is gone"));
    } finally {
      Security.removeProvider(broken.getName());
    }
    TokenSecurity.from(settings).close();
  }

  @Test
  void rejectsCodecThatDecodesOtherClaims() {
    Instant now = Instant.parse("2026-11-22T10:00:00Z");
    TokenCodec forgetful =
        new TokenCodec() {
          @Override
          public String encode(TokenClaims claims) {
            return "text";
          }

          @Override
          public TokenClaims decode(String token) {
            return new TokenClaims(TokenId.of(new byte[32]), TokenKind.OPEN, "/another", now, null);
          }
        };
    assertThatThrownBy(() -> ComponentFactory.verifyRoundTrip(forgetful, "/shop", now))
        .isInstanceOf(IllegalStateException.class);
  }

  /** A provider that replaces the HMAC of the JDK. */
  private static final class BrokenMacProvider extends Provider {

    private static final long serialVersionUID = 1L;

    BrokenMacProvider() {
      super("Broken", "1", "throws");
      put("Mac.HmacSHA256", BrokenMac.class.getName());
    }
  }

  /** A failing HMAC, which the JDK instantiates by name. */
  public static final class BrokenMac extends MacSpi {

    @Override
    protected int engineGetMacLength() {
      return 32;
    }

    @Override
    protected void engineInit(Key key, @Nullable AlgorithmParameterSpec parameters) {}

    @Override
    protected void engineUpdate(byte input) {
      throw deviceFailure();
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
      throw deviceFailure();
    }

    @Override
    protected byte[] engineDoFinal() {
      throw deviceFailure();
    }

    @Override
    protected void engineReset() {}

    private static ProviderException deviceFailure() {
      return new ProviderException("the device is gone");
    }
  }
}
