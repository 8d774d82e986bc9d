/** Charts and galleries of data, nets and runs. */
package kilonet.chart;
