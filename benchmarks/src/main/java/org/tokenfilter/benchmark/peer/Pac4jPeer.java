package org.tokenfilter.benchmark.peer;

import com.nimbusds.jose.JOSEException;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.pac4j.core.config.Config;
import org.pac4j.http.client.direct.DirectBearerAuthClient;
import org.pac4j.jee.filter.SecurityFilter;
import org.pac4j.jwt.config.encryption.SecretEncryptionConfiguration;
import org.pac4j.jwt.credentials.authenticator.JwtAuthenticator;

/** The filter of pac4j with encrypted tokens: no revocation, no idle timeout. */
public final class Pac4jPeer implements Peer {

  private final EncryptedClaims tokens = new EncryptedClaims();

  @Override
  public String name() {
    return "pac4j, JWE";
  }

  @Override
  public void protect(ServletContextHandler application) {
    JwtAuthenticator authenticator = new JwtAuthenticator();
    authenticator.setEncryptionConfiguration(
        new SecretEncryptionConfiguration(
            tokens.key(), EncryptedClaims.ALGORITHM, EncryptedClaims.METHOD));
    Config config = new Config(new DirectBearerAuthClient(authenticator));
    application.addFilter(
        new FilterHolder(new SecurityFilter(config)), "/*", EnumSet.of(DispatcherType.REQUEST));
  }

  @Override
  public List<String> logIn(int clients) throws JOSEException {
    return tokens.headers(clients);
  }
}
