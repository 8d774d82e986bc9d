/** What people look at: tables and charts of data, nets and runs. */
package kilonet.report;
