package org.tokenfilter.credentials;

import java.io.Serial;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.SecretKeyFactorySpi;
import javax.crypto.spec.PBEKeySpec;

/**
 * A provider in front of the PBKDF2 of the JDK that records the iterations of each derivation.
 * Tests compare work by this and not by time.
 */
public final class CountingPbkdf2Provider extends Provider implements AutoCloseable {

  @Serial private static final long serialVersionUID = 1L;

  private static final String TYPE = "SecretKeyFactory";
  private static final String ALGORITHM = "PBKDF2WithHmacSHA512";

  private final transient List<Integer> iterations = new ArrayList<>();

  private CountingPbkdf2Provider(SecretKeyFactory jdk) {
    super("CountedDerivations", "1", "PBKDF2, counted");
    putService(
        new Service(this, TYPE, ALGORITHM, CountingFactory.class.getName(), List.of(), Map.of()) {
          @Override
          public Object newInstance(Object parameter) {
            return new CountingFactory(jdk, iterations);
          }
        });
  }

  public static CountingPbkdf2Provider install() throws NoSuchAlgorithmException {
    CountingPbkdf2Provider counted =
        new CountingPbkdf2Provider(SecretKeyFactory.getInstance(ALGORITHM));
    Security.insertProviderAt(counted, 1);
    return counted;
  }

  /** Returns a check of passwords that makes one derivation with so many iterations. */
  public static Predicate<char[]> check(String password, int iterations) {
    return PasswordHash.of(password.toCharArray(), iterations, new SecureRandom())::matches;
  }

  /** Returns the iterations of each derivation so far, in order. */
  public List<Integer> iterations() {
    return iterations;
  }

  @Override
  public void close() {
    Security.removeProvider(getName());
  }

  private static final class CountingFactory extends SecretKeyFactorySpi {

    private final SecretKeyFactory jdk;
    private final List<Integer> iterations;

    CountingFactory(SecretKeyFactory jdk, List<Integer> iterations) {
      this.jdk = jdk;
      this.iterations = iterations;
    }

    @Override
    protected SecretKey engineGenerateSecret(KeySpec spec) throws InvalidKeySpecException {
      iterations.add(((PBEKeySpec) spec).getIterationCount());
      return jdk.generateSecret(spec);
    }

    @Override
    protected KeySpec engineGetKeySpec(SecretKey key, Class<?> type)
        throws InvalidKeySpecException {
      return jdk.getKeySpec(key, type);
    }

    @Override
    protected SecretKey engineTranslateKey(SecretKey key) throws InvalidKeyException {
      return jdk.translateKey(key);
    }
  }
}
