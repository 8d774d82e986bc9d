/** Runs on <a href="https://spark.apache.org">Apache Spark</a>. */
package kilonet.cluster;
