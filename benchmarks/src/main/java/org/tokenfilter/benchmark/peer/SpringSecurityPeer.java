package org.tokenfilter.benchmark.peer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.source.ImmutableSecret;
import com.nimbusds.jose.proc.JWEDecryptionKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.context.ContextLoaderListener;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.DelegatingFilterProxy;

/** A resource server of Spring Security with encrypted tokens: no revocation, no idle timeout. */
public final class SpringSecurityPeer implements Peer {

  private final EncryptedClaims tokens = new EncryptedClaims();

  @Override
  public String name() {
    return "Spring Security, JWE";
  }

  @Override
  public void protect(ServletContextHandler application) {
    AnnotationConfigWebApplicationContext beans = new AnnotationConfigWebApplicationContext();
    beans.register(Security.class);
    beans.addBeanFactoryPostProcessor(
        factory -> factory.registerSingleton("tokens", decoder(tokens.key())));
    application.addEventListener(new ContextLoaderListener(beans));
    application.addFilter(
        new FilterHolder(new DelegatingFilterProxy("springSecurityFilterChain")),
        "/*",
        EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR));
  }

  private static JwtDecoder decoder(byte[] key) {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWEKeySelector(
        new JWEDecryptionKeySelector<>(
            EncryptedClaims.ALGORITHM, EncryptedClaims.METHOD, new ImmutableSecret<>(key)));
    return new NimbusJwtDecoder(processor);
  }

  /** The configuration, as the reference documentation shows it. */
  @Configuration
  @EnableWebSecurity
  static class Security {

    @Bean
    SecurityFilterChain chain(HttpSecurity http, JwtDecoder tokens) throws Exception {
      http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated());
      http.oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(tokens)));
      return http.build();
    }
  }

  @Override
  public List<String> logIn(int clients) throws JOSEException {
    return tokens.headers(clients);
  }
}
