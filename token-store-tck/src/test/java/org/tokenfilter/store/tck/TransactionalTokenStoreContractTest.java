package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;

/** The base class of stores, over a sorted map that two nodes share. */
class TransactionalTokenStoreContractTest extends TokenStoreContract {

  private static final Path MODULE = Path.of("..", "token-store-spi", "src", "main", "java");
  private static final Path TESTS =
      Path.of("src", "test", "java", "org", "tokenfilter", "store", "tck");

  private final NavigableMap<String, byte[]> tree = new TreeMap<>();
  private final TokenStore store = new TreeStore(tree);
  private final TokenStore otherNode = new TreeStore(tree);

  @Override
  public TokenStore store() {
    return store;
  }

  @Override
  public TokenStore otherNode() {
    return otherNode;
  }

  @Override
  public boolean damage(TokenId id) {
    return tree.replace("r" + HexFormat.of().formatHex(id.bytes()), new byte[0]) != null;
  }

  @Test
  void javadocShowsTheStoreThatIsTested() throws IOException {
    String javadoc =
        Files.readString(MODULE.resolve("org/tokenfilter/store/base/TransactionalTokenStore.java"))
            .replaceAll("(?m)^ \\* ?", "");
    for (String name : List.of("TreeStore.java", "TreeRows.java")) {
      String code = Files.readString(TESTS.resolve(name));
      assertThat(javadoc).contains(code.substring(code.indexOf("*/") + 3).strip());
    }
  }
}
