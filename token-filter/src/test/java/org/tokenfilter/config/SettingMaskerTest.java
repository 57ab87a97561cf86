package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingMaskerTest {

  /** URLs with a password in each place that drivers accept; {@code PW} stands for it. */
  private static final List<String> URLS =
      List.of(
          "jdbc:postgresql://db.shop:5432/app?user=u&password=PW",
          "jdbc:postgresql://db1:5432,db2:5432/app?password=PW&ssl=true",
          "jdbc:postgresql://u:PW@db/app",
          "jdbc:postgresql:app?password=PW",
          "jdbc:mysql://u:PW@db:3306/app?sslMode=REQUIRED",
          "jdbc:mysql://db:3306/app?user=u&password=PW",
          "jdbc:mysql://u:PW@db1:3306,v:PW@db2:3306/app",
          "jdbc:mysql://u:PW@[db1:3306,db2]/app",
          "jdbc:mysql://address=(host=db)(port=3306)(user=u)(password=PW)/app",
          "jdbc:mysql://(host=db,port=3306,user=u,password=PW)/app",
          "jdbc:mysql:loadbalance://db1,(host=db2,password=PW)/app",
          "jdbc:mysql+srv://u:PW@db/app",
          "jdbc:mariadb:replication://address=(host=db)(password=PW),db2/app",
          "jdbc:mariadb://db/app?trustStorePassword=PW&user=u",
          "jdbc:h2:file:/var/lib/tokens;USER=sa;PASSWORD=PW;WRITE_DELAY=0",
          "jdbc:h2:file:/var/lib/tokens;CIPHER=AES;PASSWORD=PW PW",
          "jdbc:h2:tcp://db:9092/tokens;PASSWORD=PW",
          "jdbc:h2:mem:tokens;INIT=CREATE USER u PASSWORD 'PW'",
          "jdbc:oracle:thin:u/PW@db:1521:shop",
          "jdbc:oracle:thin:u/PW@//db:1521/shop",
          "jdbc:oracle:thin:@//db:1521/shop?javax.net.ssl.keyStorePassword=PW",
          "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(HOST=db))(SECURITY=(PW)))",
          "jdbc:sqlserver://db:1433;databaseName=app;user=u;password=PW",
          "jdbc:sqlserver://db\\shop:1433;password={PW}",
          "jdbc:p6spy:mysql://u:PW@db/app",
          "JDBC:MYSQL://u:PW@db/app",
          "redis://:PW@db:6379/0",
          "rediss://u:PW@db:6379,db2:6379/0?password=PW",
          "mongodb+srv://u:PW@db/app",
          "https://db/app?secret=PW",
          "https://db/PW/app",
          "host=db user=u password=PW",
          "Server=db;Pwd=PW",
          "u:PW@db");

  /**
   * Returns passwords of all characters that end a part of a URL, and of letters that occur in no
   * URL above.
   */
  private static List<String> passwords() {
    Random random = new Random(15);
    String signs = "/@&;?=:#%()[]{},.\\\"'+-_ $!0123456789QXYZqxyz";
    return IntStream.range(0, 300)
        .mapToObj(
            number ->
                random
                    .ints(4 + number % 9, 0, signs.length())
                    .mapToObj(sign -> signs.substring(sign, sign + 1))
                    .reduce("X" + number % 10 + "Q", String::concat))
        .toList();
  }

  @Test
  void masksPasswordInEveryPlaceOfAUrl() {
    for (String password : passwords()) {
      for (String url : URLS) {
        String value = url.replace("PW", password);
        String shown = SettingMasker.mask("url", value);
        assertThat(shown).as(value).doesNotContain(password);
        for (String part : password.split("[^QXYZqxyz0-9]+", -1)) {
          // A digit may be in a port, and a letter of a password in a driver's name.
          if (part.length() > 1 && part.chars().anyMatch(Character::isLetter)) {
            assertThat(shown).as(value).doesNotContain(part);
          }
        }
      }
    }
  }

  @Test
  void masksPasswordInMessageThatRepeatsTheSetting() {
    for (String password : passwords()) {
      for (String url : URLS) {
        String value = url.replace("PW", password);
        String message = "Failed to get driver instance for jdbcUrl=" + value + ", or so";
        assertThat(SettingMasker.maskMessage(message, Map.of("url", value)))
            .as(value)
            .startsWith("Failed to get driver instance for jdbcUrl=")
            .endsWith(", or so")
            .doesNotContain(password);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          jdbc:postgresql://db:5432/app                       | jdbc:postgresql://db:5432/app
          jdbc:postgresql://db:5432/app?ssl=true              | jdbc:postgresql://db:5432/app***
          jdbc:postgresql://[::1]:5432,db2/app                | jdbc:postgresql://[::1]:5432,db2/app
          jdbc:postgresql:app                                 | jdbc:postgresql:app
          jdbc:mysql:loadbalance://a:1,b:2/app?x=y            | jdbc:mysql:loadbalance://a:1,b:2/app***
          jdbc:mariadb://db/app                               | jdbc:mariadb://db/app
          jdbc:h2:file:/var/lib/tokens;WRITE_DELAY=0          | jdbc:h2:file:/var/lib/tokens***
          jdbc:h2:mem:tokens                                  | jdbc:h2:mem:tokens
          jdbc:oracle:thin:@//db:1521/shop                    | jdbc:oracle:thin:@//db:1521/shop
          jdbc:sqlserver://db:1433;databaseName=app           | jdbc:sqlserver://db:1433***
          jdbc:mysql://u:p@db/app                             | jdbc:mysql:***
          redis://db:6379/0                                   | redis://db:6379***
          /var/lib/tokens                                     | /var/lib/tokens
          PT5S                                                | PT5S
          """)
  void showsDriverHostAndDatabase(String value, String shown) {
    assertThat(SettingMasker.mask("url", value)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"password", "api-key", "auth-token", "clientSecret", "pwd", "passphrase"})
  void masksSettingOfASecret(String name) {
    assertThat(SettingMasker.mask(name, "abc")).isEqualTo("***");
  }

  @Test
  void showsFileOfASecret() {
    assertThat(SettingMasker.mask("password-file", "/etc/shop/db-password"))
        .isEqualTo("/etc/shop/db-password");
  }

  @Test
  void masksSecretInUrlFromAnotherSource() {
    assertThat(
            SettingMasker.maskMessage(
                "Cannot create JDBC driver for connect URL 'jdbc:mysql://u:XQZ@db/app'"
                    + " with password=XQZ of a pool",
                Map.of("datasource", "java:comp/env/jdbc/app")))
        .isEqualTo(
            "Cannot create JDBC driver for connect URL 'jdbc:mysql:***' with password=*** of a"
                + " pool");
  }
}
