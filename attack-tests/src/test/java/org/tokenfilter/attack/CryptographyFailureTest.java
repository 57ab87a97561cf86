package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serial;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Mac;
import javax.crypto.MacSpi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;

/** A cryptography provider that works at first and fails later, like a hardware token. */
final class CryptographyFailureTest {

  private static final AtomicBoolean BROKEN = new AtomicBoolean();

  @TempDir private Path folder;
  private final Provider provider = new FailingProvider();

  @BeforeEach
  void insertTheProvider() {
    BROKEN.set(false);
    Security.insertProviderAt(provider, 1);
  }

  @AfterEach
  void removeTheProvider() {
    BROKEN.set(false);
    Security.removeProvider(provider.getName());
  }

  @Test
  void validTokenGets503WhileCryptographyFails() throws Exception {
    try (AttackedApp app = AttackedApp.plan(folder).start()) {
      String bearer = "Authorization: Bearer " + app.open(Accounts.ALICE, 5);
      assertThat(app.http().get("/secure/x", bearer).status()).isEqualTo(200);
      BROKEN.set(true);
      for (int i = 0; i < 3; i++) {
        Answer answer = app.http().get("/secure/x", bearer);
        assertThat(ExpectedAnswer.UNAVAILABLE.fits(answer)).as(answer.head()).isTrue();
      }
      // A text that does not have the form of a token is refused without cryptography.
      assertThat(app.http().get("/secure/x", "Authorization: Bearer abc").status()).isEqualTo(401);
      BROKEN.set(false);
      assertThat(app.http().get("/secure/x", bearer).status()).isEqualTo(200);
      assertThat(app.logLines().stream().filter(line -> line.startsWith("WARN Requests")))
          .hasSize(2);
    }
  }

  private static final class FailingProvider extends Provider {

    @Serial private static final long serialVersionUID = 1L;

    FailingProvider() {
      super("Fragile", "1", "HMAC that breaks");
      putService(
          new Service(this, "Mac", "HmacSHA256", FailingMac.class.getName(), List.of(), Map.of()) {
            @Override
            public Object newInstance(Object parameter) {
              return new FailingMac();
            }
          });
    }
  }

  private static final class FailingMac extends MacSpi {

    private final Mac jdk;

    FailingMac() {
      try {
        jdk = Mac.getInstance("HmacSHA256", "SunJCE");
      } catch (java.security.GeneralSecurityException e) {
        throw new ProviderException(e);
      }
    }

    @Override
    protected int engineGetMacLength() {
      return jdk.getMacLength();
    }

    @Override
    protected void engineInit(Key key, AlgorithmParameterSpec parameters)
        throws InvalidKeyException {
      jdk.init(key);
    }

    @Override
    protected void engineUpdate(byte input) {
      jdk.update(input);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
      jdk.update(input, offset, length);
    }

    @Override
    protected byte[] engineDoFinal() {
      if (BROKEN.get()) {
        throw new ProviderException("the token of hardware was taken out");
      }
      return jdk.doFinal();
    }

    @Override
    protected void engineReset() {
      jdk.reset();
    }
  }
}
