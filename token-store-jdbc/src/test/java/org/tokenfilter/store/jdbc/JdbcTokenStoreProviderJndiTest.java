package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.Hashtable;
import java.util.Map;
import java.util.UUID;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.spi.InitialContextFactory;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenStore;

/** A store on a DataSource that a container binds to a JNDI name. */
class JdbcTokenStoreProviderJndiTest {

  private static final String NAME = "java:comp/env/jdbc/app";
  private static final JdbcDataSource DATABASE = new JdbcDataSource();

  /** A stand-in for the container's JNDI that knows one name. */
  public static final class SingleNameContextFactory implements InitialContextFactory {

    /** Creates the factory. Called by JNDI. */
    public SingleNameContextFactory() {}

    @Override
    @SuppressWarnings("JdkObsolete") // JNDI requires a Hashtable
    public Context getInitialContext(Hashtable<?, ?> environment) {
      return (Context)
          Proxy.newProxyInstance(
              SingleNameContextFactory.class.getClassLoader(),
              new Class<?>[] {Context.class},
              (proxy, method, arguments) -> {
                if (!method.getName().equals("lookup")) {
                  return null;
                }
                if (NAME.equals(String.valueOf(arguments[0]))) {
                  return DATABASE;
                }
                throw new NameNotFoundException(String.valueOf(arguments[0]));
              });
    }
  }

  @BeforeEach
  void bind() {
    DATABASE.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    System.setProperty(Context.INITIAL_CONTEXT_FACTORY, SingleNameContextFactory.class.getName());
  }

  @AfterEach
  void unbind() {
    System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
  }

  @Test
  void opensStoreOnTheJndiDataSource() throws Exception {
    try (TokenStore store =
        new JdbcTokenStoreProvider()
            .open(Map.of("datasource", NAME, "timeout", "PT2S", "retention", "PT1H"))) {
      assertThat(store.list("alice", Instant.now(), null, 10)).isEmpty();
    }
    try (var connection = DATABASE.getConnection();
        var rows = connection.createStatement().executeQuery("select count(*) from token_record")) {
      assertThat(rows.next()).isTrue();
    }
  }
}
