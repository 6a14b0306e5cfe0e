// FFTW 3 single precision, complex 2-D, in place, one thread, FFTW_MEASURE: GFLOP/s = 5 N^2 log2(N^2) / t.
// gcc -O3 -march=native fftw.c -lfftw3f -lm -o fftw && ./fftw
#include <fftw3.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
static double now(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec+1e-9*t.tv_nsec;}
static int cmp(const void*a,const void*b){double x=*(double*)a,y=*(double*)b;return x<y?-1:x>y;}
int main(int argc,char**argv){
  unsigned flag=FFTW_MEASURE; if(argc>1&&!strcmp(argv[1],"patient"))flag=FFTW_PATIENT;
  int Ns[]={32,64,96,128,160,192,256,512};
  printf("%s\n%5s %12s %10s %10s\n",fftwf_version,"N","us(median)","GF/s med","GF/s best");
  for(unsigned k=0;k<sizeof Ns/sizeof*Ns;k++){
    int N=Ns[k]; size_t n=(size_t)N*N;
    fftwf_complex*x=fftwf_malloc(n*sizeof*x);
    fftwf_plan f=fftwf_plan_dft_2d(N,N,x,x,FFTW_FORWARD,flag),b=fftwf_plan_dft_2d(N,N,x,x,FFTW_BACKWARD,flag);
    for(size_t i=0;i<n;i++){x[i][0]=rand()/(float)RAND_MAX;x[i][1]=rand()/(float)RAND_MAX;}
    double fl=5.0*n*log2((double)n); int inner=(int)(2e-3/(fl/20e9)/2)+1; enum{R=101}; double t[R]; float s=1.0f/(float)n;
    for(int r=0;r<R+5;r++){ double acc=0;
      for(int i=0;i<inner;i++){ double a=now(); fftwf_execute(f); fftwf_execute(b); acc+=now()-a;
        for(size_t q=0;q<n;q++){x[q][0]*=s;x[q][1]*=s;} } // keeps values bounded; outside the clock
      if(r>=5)t[r-5]=acc/(2.0*inner); }
    qsort(t,R,sizeof*t,cmp);
    printf("%5d %12.2f %10.2f %10.2f\n",N,t[R/2]*1e6,fl/t[R/2]*1e-9,fl/t[0]*1e-9); fflush(stdout);
    fftwf_destroy_plan(f);fftwf_destroy_plan(b);fftwf_free(x);
  } return 0; }
