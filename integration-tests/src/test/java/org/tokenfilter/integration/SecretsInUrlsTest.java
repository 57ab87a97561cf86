package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.jdbc.JdbcTokenStoreProvider;

/** Messages of drivers about URLs that they do not understand or whose database does not exist. */
class SecretsInUrlsTest {

  /** An address where no server listens. */
  private static final String UNREACHABLE = "localhost:1";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://u:SECRET@NOWHERE/app",
        "jdbc:postgresql://NOWHERE/app?password=SECRET&sslmode=SECRET",
        "jdbc:postgresql://NOWHERE/app?password=SECRET&port=SECRET",
        "jdbc:postgresql://NOWHERE/%zzSECRET",
        "jdbc:mysql://u:SECRET@NOWHERE/app",
        "jdbc:mysql://u:SECRET/more@NOWHERE/app",
        "jdbc:mysql://u:a b;SECRET@NOWHERE:x/app",
        "jdbc:mysql://(host=localhost,port=SECRET,password=SECRET)/app",
        "jdbc:mysql://address=(host=localhost)(port=1)(password=SECRET/app",
        "jdbc:mysql://NOWHERE/app?password=SECRET&sslMode=SECRET",
        "jdbc:mysql://NOWHERE/app?connectTimeout=SECRET",
        "jdbc:mariadb://u:SECRET@NOWHERE/app",
        "jdbc:mariadb://address=(host=localhost)(port=1)(password=SECRET)/app",
        "jdbc:mariadb://NOWHERE/app?password=SECRET&socketTimeout=SECRET",
        "jdbc:mariadb:nothing://NOWHERE/SECRET?password=SECRET",
        "jdbc:mariadb://localhost:SECRET/app",
        "jdbc:h2:SECRET;PASSWORD=SECRET",
        "jdbc:h2:mem:x;PASSWORD=SECRET;NOTHING=SECRET",
        "jdbc:h2:mem:x;PASSWORD=SECRET;SECRET",
        "jdbc:h2:mem:x;USER=sa;USER=SECRET",
        "jdbc:h2:mem:x;INIT=CREATE USER u PASSWORD 'SECRET' NOTHING",
        "jdbc:h2:tcp://u:SECRET@NOWHERE/app;PASSWORD=SECRET",
        "jdbc:unheard://u:SECRET@NOWHERE/app?password=SECRET",
        "SECRET",
      })
  void noDriverRepeatsASecret(String url) {
    for (String secret :
        new String[] {"s3cr3t", "s3cr3t/x", "s3cr3t&x", "s3cr3t%40x", "s3cr3t@x"}) {
      Throwable failure =
          open(url.replace("SECRET", secret).replace("NOWHERE", UNREACHABLE), Map.of());
      assertThat(failure).as(url).isNotNull();
      StringWriter all = new StringWriter();
      failure.printStackTrace(new PrintWriter(all));
      assertThat(all.toString()).as(url).doesNotContain("s3cr3t");
    }
  }

  @Test
  void reportsHostOrSqlState() {
    assertThat(open("jdbc:postgresql://localhost:1/app?sslmode=disable", Map.of()))
        .hasMessageContaining("localhost:1 refused");
    assertThat(open("jdbc:mariadb://localhost:1/app", Map.of("username", "tokens")))
        .hasMessageContaining("localhost");
    assertThat(open("jdbc:mysql://localhost:1/app", Map.of("username", "tokens")))
        .hasMessageContaining("SQLState 08");
  }

  private static Throwable open(String url, Map<String, String> more) {
    return catchThrowable(
        () ->
            new JdbcTokenStoreProvider()
                .open(
                    Map.of(
                        "url",
                        url,
                        "timeout",
                        "PT2S",
                        "retention",
                        "PT1H",
                        "username",
                        more.getOrDefault("username", "u")))
                .close());
  }
}
