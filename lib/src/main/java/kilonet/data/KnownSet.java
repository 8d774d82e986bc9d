package kilonet.data;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import kilonet.text.Text;

/**
 * A set of images that others publish.
 *
 * @param name what results are filed under
 * @param title what it is called in a sentence
 * @param folder the name of its folder among others
 * @param files what it is made of
 * @param mirror the address of the folder that it is published in
 * @param reader makes images of its files in a folder
 */
record KnownSet(
    String name,
    String title,
    String folder,
    List<DataFile> files,
    URI mirror,
    Function<Path, TrainTest> reader) {

  /** A download is held in memory until it is verified: more than that is to be fetched by hand. */
  private static final long LARGEST_DOWNLOAD = 200_000_000;

  private static final List<String> CLOTHES =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  private static final List<String> KANA =
      List.of("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo");

  private static final List<String> LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ".chars().mapToObj(Character::toString).toList();

  /** Capitals and small letters that look alike are one class. */
  private static final List<String> BALANCED =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"
          .chars()
          .mapToObj(Character::toString)
          .toList();

  /** All but MNIST and the generated digits, by name. */
  static Map<String, KnownSet> all() {
    Map<String, KnownSet> all = new LinkedHashMap<>();
    Stream.of(
            fashion(),
            kmnist(),
            qmnist(),
            emnist("balanced"),
            emnist("letters"),
            cifar10(),
            cifar100())
        .forEach(set -> all.put(set.name, set));
    return all;
  }

  private static KnownSet fashion() {
    String name = "fashion-mnist";
    return new KnownSet(
        name,
        "Fashion-MNIST",
        name,
        List.of(
            new DataFile(
                "train-images-idx3-ubyte",
                47_040_016,
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
            new DataFile(
                "train-labels-idx1-ubyte",
                60_008,
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
            new DataFile(
                "t10k-images-idx3-ubyte",
                7_840_016,
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
            new DataFile(
                "t10k-labels-idx1-ubyte",
                10_008,
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")),
        URI.create("https://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
        folder -> IdxSets.likeMnist(folder, name, CLOTHES));
  }

  private static KnownSet kmnist() {
    return new KnownSet(
        "kmnist",
        "KMNIST",
        "kmnist",
        List.of(
            packed(
                "train-images-idx3-ubyte.gz",
                18_165_135,
                "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
            packed(
                "train-labels-idx1-ubyte.gz",
                29_497,
                "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
            packed(
                "t10k-images-idx3-ubyte.gz",
                3_041_136,
                "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
            packed(
                "t10k-labels-idx1-ubyte.gz",
                5_120,
                "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c")),
        URI.create("http://codh.rois.ac.jp/kmnist/dataset/kmnist/"),
        folder -> IdxSets.likeMnist(folder, "kmnist", KANA));
  }

  private static KnownSet qmnist() {
    return new KnownSet(
        "qmnist",
        "QMNIST",
        "qmnist",
        List.of(
            packed(
                "qmnist-train-images-idx3-ubyte.gz", 9_704_059, "ed72d4157d28c017586c42bc6afe6370"),
            packed(
                "qmnist-train-labels-idx2-int.gz",
                463_024,
                "2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f"),
            packed(
                "qmnist-test-images-idx3-ubyte.gz", 9_742_279, "1394631089c404de565df7b7aeaf9412"),
            packed(
                "qmnist-test-labels-idx2-int.gz",
                526_800,
                "9fbcbe594c3766fdf4f0b15c5165dc0d1e57ac604e01422608bb72c906030d06")),
        URI.create("https://raw.githubusercontent.com/facebookresearch/qmnist/master/"),
        IdxSets::qmnist);
  }

  private static KnownSet emnist(String split) {
    String name = "emnist-" + split;
    boolean letters = split.equals("letters");
    return new KnownSet(
        name,
        letters ? "EMNIST's letters" : "EMNIST, balanced",
        "emnist",
        List.of(
            packed(
                "gzip.zip",
                561_753_746,
                "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e")),
        URI.create("https://biometrics.nist.gov/cs_links/EMNIST/"),
        // The letters are numbered from 1.
        folder ->
            IdxSets.emnist(
                folder.resolve("gzip.zip"), name, letters ? LETTERS : BALANCED, letters ? 1 : 0));
  }

  private static KnownSet cifar10() {
    String file = "cifar-10-binary.tar.gz";
    return new KnownSet(
        "cifar-10",
        "CIFAR-10",
        "cifar-10",
        List.of(
            packed(
                file,
                170_052_171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")),
        URI.create("https://www.cs.toronto.edu/~kriz/"),
        folder -> Cifar.ten(folder.resolve(file)));
  }

  private static KnownSet cifar100() {
    String file = "cifar-100-binary.tar.gz";
    return new KnownSet(
        "cifar-100",
        "CIFAR-100",
        "cifar-100",
        List.of(
            packed(
                file,
                168_513_733,
                "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec")),
        URI.create("https://www.cs.toronto.edu/~kriz/"),
        folder -> Cifar.hundred(folder.resolve(file)));
  }

  private static DataFile packed(String name, long size, String digest) {
    return new DataFile(name, size, digest, true);
  }

  /** Whether a folder holds all its files. */
  boolean isIn(Path folder) {
    return files.stream().allMatch(file -> file.in(folder).isPresent());
  }

  /**
   * Verifies and reads its files.
   *
   * @throws DataException if one is missing or not what it should be
   */
  TrainTest read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          Text.of(
              "%s: the folder of %s was expected to be there, but %s.",
              folder, title, Files.exists(folder) ? "this is no folder" : "there is none"));
    }
    for (DataFile file : files) {
      Path path =
          file.in(folder)
              .orElseThrow(
                  () ->
                      new DataException(
                          Text.of(
                              "%s: %s was expected to be there, but its file %s is missing: get it"
                                  + " from %s.",
                              folder, title, file.publishedName(), mirror)));
      file.verify(path, title, "get it again from " + mirror);
    }
    return reader.apply(folder);
  }

  /**
   * Fetches what a folder lacks.
   *
   * @return the folder
   * @throws DataUnavailableException if it is not to be had
   */
  Path download(Path folder, DownloadListener listener) {
    String waysOn =
        Text.of(
            ": get %s from %s by hand, and name the folder with --data-dir or in Datasets.load.",
            files.size() == 1 ? "it" : "its files", mirror);
    for (DataFile file : files) {
      if (file.size() > LARGEST_DOWNLOAD) {
        throw new DataUnavailableException(
            Text.of(
                "%s's file %s has %,d bytes, too many to be fetched here%s",
                title, file.usualName(), file.size(), waysOn),
            null);
      }
    }
    return new DataDownload(
            title, waysOn, files, List.of(mirror), listener, DataDownload.Patience.USUAL)
        .into(folder);
  }
}
