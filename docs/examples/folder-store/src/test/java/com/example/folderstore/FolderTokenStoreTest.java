package com.example.folderstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.TokenStoreContract;

class FolderTokenStoreTest extends TokenStoreContract {

  @TempDir private Path folder;
  private TokenStore store;
  private TokenStore otherNode;

  @BeforeEach
  void open() {
    store = new FolderTokenStore(folder, Duration.ofMinutes(5), Duration.ofMinutes(1));
    otherNode = new FolderTokenStore(folder, Duration.ofMinutes(5), Duration.ofMinutes(1));
  }

  @Override
  public TokenStore store() {
    return store;
  }

  @Override
  public TokenStore otherNode() {
    return otherNode;
  }

  @Override
  public Optional<TokenStore> unreachable() {
    Path gone = folder.resolve("gone");
    TokenStore lost = new FolderTokenStore(gone, Duration.ofMinutes(5), Duration.ofSeconds(1));
    assertThat(gone.toFile().renameTo(folder.resolve("elsewhere").toFile())).isTrue();
    return Optional.of(lost);
  }
}
